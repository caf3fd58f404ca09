import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseThread } from '#dist/request-log/database-thread.js'
import { readRequestLog } from '#dist/request-log/read-request-log.js'
import { RequestLogError } from '#dist/request-log/request-log-error.js'
import { charlie } from '../support/signed-request.ts'
import { conversation, entry, idsOf, largeLog, openWriter, temporaryFolder, until, write } from './logged.ts'

describe('readRequestLog', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let path: string
  const at = Date.now() - 60_000
  before(async () => {
    folder = temporaryFolder()
    path = join(folder.path, 'log.sqlite')
    await write(path, [
      entry({ id: 'aa1', at, ms: 10 }),
      entry({ id: 'aa2', at: at + 2, ms: 6_000, hotkey: charlie.address }, [conversation('hi', 'hello')]),
      // It ended before the one above, which had come before it.
      entry({ id: 'ab3', at: at + 1, outcome: 'failed', status: 502, ms: 900 }),
      entry({ id: 'b', at: at + 3, outcome: 'cancelled', status: null }),
      entry({ id: 'bb', at: at + 4, outcome: 'refused', status: 403 }),
    ])
  })
  after(() => folder[Symbol.dispose]())

  const failing = (code: string) => (error: unknown) => error instanceof RequestLogError && error.code === code

  it('lists the last requests by their arrival, and those that a filter lets through', async () => {
    await using log = readRequestLog(path)
    const list = async (filter: Parameters<typeof log.list>[0], count = 10) =>
      idsOf((await log.list(filter, count)).requests)
    assert.deepEqual(await list({}), ['aa1', 'ab3', 'aa2', 'b', 'bb'])
    assert.deepEqual(await list({}, 2), ['b', 'bb'])
    assert.deepEqual(await list({ since: at + 2 }), ['aa2', 'b', 'bb'])
    assert.deepEqual(await list({ hotkey: charlie.address }), ['aa2'])
    assert.deepEqual(await list({ status: 502 }), ['ab3'])
    assert.deepEqual(await list({ statusKind: 5 }), ['ab3'])
    assert.deepEqual(await list({ statusKind: 2, since: at }), ['aa1', 'aa2'])
    assert.deepEqual(await list({ outcome: 'cancelled' }), ['b'])
    assert.deepEqual(await list({ minMs: 900 }), ['ab3', 'aa2'])
    assert.deepEqual(await list({ minMs: 1_000 }), ['aa2'])
    assert.deepEqual(await list({ minMs: 900, outcome: 'failed', since: at, hotkey: charlie.address }), [])
  })

  it('finds a request by the beginning of its id, if that is of one only', async () => {
    await using log = readRequestLog(path)
    assert.equal((await log.find('ab')).request.id, 'ab3')
    assert.equal((await log.find('b')).request.id, 'b', 'a whole id')
    await assert.rejects(
      log.find('a'),
      error => failing('REQUEST_AMBIGUOUS')(error) && /aa1, aa2, ab3$/.test(String(error)),
    )
    for (const none of ['x', 'aa11', '%', "' OR 1 --"]) await assert.rejects(log.find(none), failing('REQUEST_UNKNOWN'))
    const { conversations } = await log.find('aa2')
    assert.deepEqual(conversations, [conversation('hi', 'hello')])
  })

  it('reads while another process writes', async () => {
    const live = join(folder.path, 'live.sqlite')
    const { writer } = await openWriter(live)
    await using log = readRequestLog(live)
    const first = await log.lastSeq()
    assert.equal(first, 0)
    writer.add(entry({ id: 'x', status: 200 }))
    writer.add(entry({ id: 'y', status: 503 }))
    await until(async () => (await log.lastSeq()) === 2)
    const since = async (seq: number, filter: Parameters<typeof log.after>[1]) => {
      const written = await log.after(seq, filter)
      return [idsOf(written.requests), written.seq]
    }
    assert.deepEqual(await since(first, {}), [['x', 'y'], 2])
    assert.deepEqual(await since(first, { status: 200 }), [['x'], 2])
    assert.deepEqual(await since(first, { status: 503, outcome: 'answered', minMs: 1, since: 0 }), [['y'], 2])
    assert.deepEqual(await since(first, { statusKind: 5 }), [['y'], 2])
    assert.deepEqual(await since(first, { status: 404 }), [[], 2], 'what does not match is read once')
    assert.deepEqual(await since(2, {}), [[], 2])
    await writer[Symbol.asyncDispose]()
  })

  it('reads all of a file that takes the place of the one that it read, however many requests it has', async () => {
    const live = join(folder.path, 'replaced.sqlite')
    const next = join(folder.path, 'next.sqlite')
    await write(live, [entry({ id: 'x' }), entry({ id: 'y' })])
    await write(next, [entry({ id: 'a' }), entry({ id: 'b' }), entry({ id: 'c' })])
    await using log = readRequestLog(live)
    const { seq } = await log.after(0, {})
    renameSync(next, live)
    const written = await log.after(seq, {})
    assert.deepEqual([idsOf(written.requests), written.seq], [['a', 'b', 'c'], 3])
    assert.deepEqual(await log.after(3, {}), { requests: [], seq: 3 })
    rmSync(live)
    await assert.rejects(log.after(3, {}), failing('REQUEST_LOG_MISSING'))
    await write(live, [entry({ id: 'd' }), entry({ id: 'e' }), entry({ id: 'f' })])
    assert.deepEqual(idsOf((await log.after(3, {})).requests), ['d', 'e', 'f'])
  })

  it('goes on behind the last request when the retention has dropped all', async () => {
    const live = join(folder.path, 'dropped.sqlite')
    await write(live, [entry({ id: 'old', at: Date.now() - 120_000 })])
    await using log = readRequestLog(live)
    const { seq } = await log.after(0, {})
    await write(live, [entry({ id: 'new' })], { maxAgeMs: 60_000 })
    assert.deepEqual(idsOf((await log.list({}, 10)).requests), ['new'])
    const written = await log.after(seq, {})
    assert.deepEqual([seq, idsOf(written.requests), written.seq], [1, ['new'], 2])
  })

  it('leaves nothing of a copy that is broken off', async () => {
    const live = await largeLog(folder.path)
    const copies = join(folder.path, 'broken-off')
    mkdirSync(copies)
    const log = readRequestLog(live)
    const ended = log.backup(join(copies, 'copy'), false).then(
      () => ['copy'], // in time, which leaves the whole copy
      () => [],
    )
    while (readdirSync(copies).length === 0) await new Promise(setImmediate)
    await log[Symbol.asyncDispose]()
    assert.deepEqual(readdirSync(copies), await ended)
  })

  it('copies the whole file for this user only, never over another one unless that is asked for', async () => {
    await using log = readRequestLog(path)
    const target = join(folder.path, 'copies', 'copy.sqlite')
    await assert.rejects(log.backup(target, false), failing('BACKUP_FAILED'))
    mkdirSync(join(folder.path, 'copies'))
    for (const replace of [true, false]) {
      await assert.rejects(log.backup(join(folder.path, 'copies'), replace), failing('BACKUP_MISPLACED'))
      await assert.rejects(log.backup(path, replace), failing('BACKUP_MISPLACED'))
    }
    await assert.rejects(log.backup(`${path}-wal`, true), failing('BACKUP_MISPLACED'))
    await log.backup(target, false)
    assert.equal(statSync(target).mode & 0o777, 0o600)
    await assert.rejects(log.backup(target, false), failing('BACKUP_EXISTS'))
    await log.backup(target, true)
    const other = join(folder.path, 'other')
    writeFileSync(other, 'mine')
    const link = join(folder.path, 'copies', 'link.sqlite')
    symlinkSync(other, link)
    await assert.rejects(log.backup(link, false), failing('BACKUP_EXISTS'))
    await log.backup(link, true)
    assert.equal(statSync(other).size, 4, 'the link is replaced, not what it leads to')
    assert.deepEqual(readdirSync(join(folder.path, 'copies')).sort(), ['copy.sqlite', 'link.sqlite'])
    await using copy = readRequestLog(target)
    assert.deepEqual((await copy.list({}, 10)).requests, (await log.list({}, 10)).requests)
    assert.deepEqual(await copy.find('aa2'), await log.find('aa2'))
  })

  it('fails its calls when its thread ends, and does not wait for one that reads', async () => {
    const code = new URL(`data:text/javascript,setTimeout(() => process.exit(), 50)`)
    await using thread = new DatabaseThread({ use: 'read', path }, code)
    await assert.rejects(thread.call('list'), failing('REQUEST_LOG_STOPPED'))
    assert.equal(thread.isEnded, true)
    await assert.rejects(thread.call('list'), failing('REQUEST_LOG_STOPPED'))
    const busy = new DatabaseThread({ use: 'read', path }, new URL('data:text/javascript,for (;;);'))
    const reading = assert.rejects(busy.call('list'), failing('REQUEST_LOG_STOPPED'))
    await busy[Symbol.asyncDispose]()
    await reading
  })
})
