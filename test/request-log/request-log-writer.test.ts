import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { mock } from 'node:test'
import { readRequestLog } from '#dist/request-log/read-request-log.js'
import { RequestLogError } from '#dist/request-log/request-log-error.js'
import { conversation, entry, idsOf, openWriter, temporaryFolder, until, write } from './logged.ts'

describe('RequestLogWriter', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let path: string
  beforeEach(() => {
    folder = temporaryFolder()
    path = join(folder.path, 'requests', 'log.sqlite')
  })
  afterEach(() => folder[Symbol.dispose]())

  const all = async () => {
    await using log = readRequestLog(path)
    return await log.list({}, 100_000)
  }

  it('writes what was added, whole, when it closes', async () => {
    const request = {
      id: 'one',
      at: Date.now(),
      ms: 12.5,
      code: 'CODE',
      reason: 'why',
      model: 'm',
      endpoint: 'main',
      finishReason: 'stop',
      cutBy: 'deadline',
      pieces: 3,
      attempts: [{ endpoint: 'main', model: 'm', ms: 5, error: 'MODEL_BUSY', retryAfterMs: 9 }],
      usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 2, reasoningTokens: 3 },
      costUsd: 0.25,
    }
    const full = entry(request, [conversation('hi', 'hello'), conversation('again', 'hello again')])
    await write(path, [full, entry({ id: 'two', times: {} })])
    await using log = readRequestLog(path)
    const { request: read, conversations } = await log.find('one')
    const { status, outcome, hotkey, address, synapse, times } = full.request
    assert.deepEqual(read, { seq: 1, ...request, status, outcome, hotkey, address, synapse, times })
    assert.deepEqual(conversations, full.conversations)
    const bare = (await log.find('two')).request
    assert.deepEqual([bare.model, bare.attempts, bare.usage, bare.costUsd], [null, [], {}, null])
    assert.deepEqual(Object.values(bare.times), [null, null, null, null, null])
  })

  it('keeps texts whole, whatever characters they have', async () => {
    const text = '\ufeffone\u0000two\n\u{1f600}'
    const texts = { reason: text, model: text, endpoint: text, finishReason: text, cutBy: text, synapse: text }
    await write(path, [entry({ id: 'x', ...texts }, [conversation(text, text)])])
    await using log = readRequestLog(path)
    const { request, conversations } = await log.find('x')
    for (const name of Object.keys(texts)) assert.equal(request[name as keyof typeof texts], text, name)
    assert.deepEqual(conversations, [conversation(text, text)])
    assert.deepEqual((await log.list({}, 1)).requests, [request])
  })

  it('writes once a second while requests come, so that a reader sees them', async () => {
    const { writer, events } = await openWriter(path)
    await using log = readRequestLog(path)
    for (const id of ['a', 'b', 'c']) {
      writer.add(entry({ id }))
      await until(async () => idsOf((await log.list({}, 10)).requests).includes(id))
    }
    assert.deepEqual(writer.state, { written: 3, lost: 0, problem: null })
    await writer[Symbol.asyncDispose]()
    assert.deepEqual(events, [])
  })

  it('hands requests to its thread within a second', async () => {
    mock.timers.enable({ apis: ['setInterval'] })
    try {
      const { writer } = await openWriter(path)
      for (const written of [1, 2]) {
        writer.add(entry())
        mock.timers.tick(1_000)
        await until(() => writer.state.written === written)
      }
      await writer[Symbol.asyncDispose]()
    } finally {
      mock.timers.reset()
    }
  })

  it('counts callers that proved no hotkey, by minute and code, over restarts', async () => {
    for (let run = 0; run < 2; run++) {
      const { writer } = await openWriter(path, { now: () => 120_000, maxAgeMs: 3_650 * 86_400_000 })
      writer.addStranger('NOT_VERIFIED')
      writer.addStranger('NOT_VERIFIED')
      writer.addStranger('NO_ROUTE')
      await writer[Symbol.asyncDispose]()
    }
    const database = new DatabaseSync(path, { readOnly: true })
    const rows = database.prepare('SELECT * FROM strangers ORDER BY code').all()
    assert.deepEqual(
      rows.map(row => ({ ...row })),
      [
        { minute: 2, code: 'NOT_VERIFIED', count: 4 },
        { minute: 2, code: 'NO_ROUTE', count: 2 },
      ],
    )
    database.close()
    assert.equal((await all()).strangers, 6)
  })

  it('takes secrets out of all texts', async () => {
    const secret = 'sk-0123456789abcdef0123'
    await write(path, [entry({ id: 'x', reason: `said ${secret}` }, [conversation(`my key: ${secret}`, secret)])], {
      secrets: [secret],
    })
    const database = new DatabaseSync(path)
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    await using log = readRequestLog(path)
    const found = await log.find('x')
    assert.ok(!JSON.stringify(found).includes(secret))
    assert.equal(found.request.reason, 'said ***')
    assert.equal(found.conversations[0]!.question.messages[0]!.content, 'my key: ***')
  })

  it('drops a request that the database refuses, and no other one, counts it, and says why', async () => {
    const { writer, events } = await openWriter(path)
    writer.add(entry({ id: 'one' }, [conversation('hi', 'hello')]))
    writer.add(entry({ id: 'fraction', usage: { promptTokens: 12.5 } }))
    writer.add(entry({ id: 'object', model: {} as string }))
    writer.add(entry({ id: 'answer' }, [conversation('hi', 'hello'), conversation('hi', null as unknown as string)]))
    writer.add(entry({ id: 'one' }))
    writer.add(entry({ id: 'two' }, [conversation('hi', 'hello')]))
    await until(() => writer.state.written === 2)
    assert.deepEqual([writer.state.lost, writer.state.problem?.code], [4, 'REQUEST_LOG_REFUSED'])
    writer.add(entry({ id: 'three' }))
    await until(() => writer.state.problem === null)
    await writer[Symbol.asyncDispose]()
    assert.deepEqual(
      events.map(event => (event.event === 'requestLogFailed' ? event.code : event.lost)),
      ['REQUEST_LOG_REFUSED', 4],
    )
    await using log = readRequestLog(path)
    assert.deepEqual(idsOf((await log.list({}, 10)).requests), ['one', 'two', 'three'])
    for (const id of ['one', 'two']) assert.equal((await log.find(id)).conversations.length, 1)
  })

  it('drops what finds no room in the queue, counts it, and says so once', async () => {
    const { writer, events } = await openWriter(path, { maxWaiting: 2_000 })
    for (let at = 0; at < 20; at++) writer.add(entry())
    const { lost } = writer.state
    assert.ok(lost > 10 && lost < 20)
    assert.equal(writer.state.problem?.code, 'REQUEST_LOG_SLOW')
    await until(() => writer.state.problem === null)
    writer.add(entry())
    await writer[Symbol.asyncDispose]()
    assert.deepEqual(
      events.map(({ level, event }) => [level, event]),
      [
        ['warn', 'requestLogFailed'],
        ['info', 'requestLogRecovered'],
      ],
    )
    assert.equal((await all()).requests.length, 20 - lost + 1)
  })

  for (const [disk, make] of [
    ['a tmpfs of 1 MiB', onTmpfs],
    ['a file that may have no more pages', withPages],
  ] as const)
    it(`goes on when the disk is full, says so once, counts, and writes again when there is room: ${disk}`, async function () {
      const full = make(folder.path)
      if (!full) return this.skip()
      using _ = full
      const { writer, events } = await openWriter(full.path, full.options)
      const long = () => entry({}, [conversation('q', 'x'.repeat(20_000))])
      let added = 0
      const fill = () => {
        for (let at = 0; at < 60; at++) writer.add(long())
        added += 60
      }
      fill()
      await until(() => writer.state.problem !== null)
      assert.equal(writer.state.problem?.code, 'REQUEST_LOG_FULL')
      fill()
      await until(() => writer.state.lost >= 120)
      await full.makeRoom()
      writer.add(entry({ id: 'after' }))
      added++
      await until(() => writer.state.problem === null)
      await writer[Symbol.asyncDispose]()
      assert.deepEqual(
        events.map(({ event }) => event),
        ['requestLogFailed', 'requestLogRecovered'],
      )
      const [failed, recovered] = events
      assert.match(failed!.message, /^the disk is full: .*log\.sqlite cannot grow$/)
      assert.equal(recovered?.event === 'requestLogRecovered' && recovered.lost, writer.state.lost)
      assert.equal(writer.state.written + writer.state.lost, added)
      await using log = readRequestLog(full.path)
      assert.equal((await log.find('after')).request.id, 'after')
    })

  it('opens later when the disk is full at the start', async function () {
    const full = onTmpfs(folder.path)
    if (!full) return this.skip()
    using _ = full
    const filler = join(full.path, '..', 'filler')
    mkdirSync(join(full.path, '..'), { recursive: true })
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k'])
    const { writer, events } = await openWriter(full.path)
    assert.equal(writer.state.problem?.code, 'REQUEST_LOG_FULL')
    writer.add(entry({ id: 'lost' }))
    await until(() => writer.state.lost > 0)
    unlinkSync(filler)
    writer.add(entry({ id: 'kept' }))
    await until(() => writer.state.written > 0)
    await writer[Symbol.asyncDispose]()
    assert.equal(events.length, 2)
    await using log = readRequestLog(full.path)
    assert.deepEqual(idsOf((await log.list({}, 10)).requests), ['kept'])
  })

  it('keeps requests while another program holds the file, as far as there is room, and writes them then', async () => {
    const { writer, events } = await openWriter(path, { maxWaiting: 2_000 })
    const holder = new DatabaseSync(path)
    holder.exec('BEGIN IMMEDIATE')
    writer.add(entry({ id: 'first' }))
    writer.addStranger('NO_ROUTE')
    await until(() => writer.state.problem !== null)
    for (let at = 0; at < 20; at++) writer.add(entry({ id: `later-${at}` }))
    const { lost, problem } = writer.state
    assert.ok(lost > 10 && lost < 20)
    assert.equal(problem?.code, 'REQUEST_LOG_LOCKED')
    holder.exec('COMMIT')
    holder.close()
    await until(() => writer.state.problem === null)
    await writer[Symbol.asyncDispose]()
    assert.deepEqual(
      events.map(({ event }) => event),
      ['requestLogFailed', 'requestLogRecovered'],
    )
    assert.match(events[0]!.message, /^another program holds .*log\.sqlite: /)
    assert.deepEqual(writer.state, { written: 21 - lost, lost, problem: null })
    const { requests, strangers } = await all()
    const kept = Array.from({ length: 20 - lost }, (_, at) => `later-${at}`)
    assert.deepEqual([idsOf(requests).toSorted(), strangers], [['first', ...kept].toSorted(), 1])
  })

  it('makes a new file when its own is deleted, which another writer and a reader then share', async () => {
    const first = await openWriter(path)
    const second = await openWriter(path)
    await using log = readRequestLog(path)
    const ids = async () => {
      const { requests } = await log.list({}, 10).catch(() => ({ requests: [] }))
      return idsOf(requests).toSorted().join(' ')
    }
    first.writer.add(entry({ id: 'lost' }))
    await until(async () => (await ids()) === 'lost')
    for (const file of ['', '-wal', '-shm']) rmSync(path + file, { force: true })
    await assert.rejects(log.list({}, 10), (error: RequestLogError) => error.code === 'REQUEST_LOG_MISSING')
    first.writer.add(entry({ id: 'a' }))
    await until(async () => (await ids()) === 'a')
    // Closes the file without a name first, which must leave the journal of the new one alone.
    second.writer.add(entry({ id: 'b' }))
    await until(async () => (await ids()) === 'a b')
    first.writer.add(entry({ id: 'c' }))
    await until(async () => (await ids()) === 'a b c')
    await second.writer[Symbol.asyncDispose]()
    await first.writer[Symbol.asyncDispose]()
    assert.equal(await ids(), 'a b c')
    assert.deepEqual([...first.events, ...second.events], [])
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  it('starts another thread when its own ends, and counts what that had', async () => {
    const real = JSON.stringify(import.meta.resolve('#dist/request-log/database/database-worker.js'))
    const flag = JSON.stringify(join(folder.path, 'ended'))
    const code = `
      import { parentPort } from 'node:worker_threads'
      import { existsSync, writeFileSync } from 'node:fs'
      parentPort.on('message', ({ method }) => {
        if (method !== 'write' || existsSync(${flag})) return
        writeFileSync(${flag}, '')
        process.exit(1)
      })
      await import(${real})`
    const { writer, events } = await openWriter(path, {
      code: new URL(`data:text/javascript,${encodeURIComponent(code)}`),
    })
    writer.add(entry({ id: 'lost' }))
    await until(() => writer.state.lost === 1)
    assert.deepEqual(writer.state.problem?.code, 'REQUEST_LOG_STOPPED')
    writer.add(entry({ id: 'kept' }))
    await until(() => writer.state.written === 1)
    await writer[Symbol.asyncDispose]()
    assert.deepEqual(
      events.map(({ event }) => event),
      ['requestLogFailed', 'requestLogRecovered'],
    )
    assert.deepEqual(idsOf((await all()).requests), ['kept'])
  })

  it('does not open a file that is not to be used, or a folder that cannot be made', async () => {
    const cases: [path: string, code: string][] = [
      [join(folder.path, 'file', 'log.sqlite'), 'REQUEST_LOG_UNWRITABLE'],
      [join(folder.path, 'text.sqlite'), 'REQUEST_LOG_BROKEN'],
    ]
    writeFileSync(join(folder.path, 'file'), '')
    writeFileSync(join(folder.path, 'text.sqlite'), 'x'.repeat(2_000), { mode: 0o600 })
    for (const [at, code] of cases)
      await assert.rejects(openWriter(at), error => error instanceof RequestLogError && error.code === code)
  })

  it('shares its file with another writer, as replicas on one machine do', async () => {
    const one = await openWriter(path)
    const other = await openWriter(path)
    for (let at = 0; at < 500; at++) {
      one.writer.add(entry({ id: `one-${at}` }))
      other.writer.add(entry({ id: `other-${at}` }))
    }
    await Promise.all([one.writer[Symbol.asyncDispose](), other.writer[Symbol.asyncDispose]()])
    assert.deepEqual([...one.events, ...other.events], [])
    assert.equal((await all()).requests.length, 1_000)
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })
})

type FullDisk = Disposable & {
  readonly path: string
  readonly options: { readonly maxPages?: number }
  makeRoom(): Promise<void>
}

/** A file system of its own, which only root may mount. */
function onTmpfs(folder: string): FullDisk | null {
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status !== 0) return null
  return {
    path: join(disk, 'requests', 'log.sqlite'),
    options: {},
    makeRoom: async () => void spawnSync('mount', ['-o', 'remount,size=16m', disk]),
    [Symbol.dispose]: () => void spawnSync('umount', [disk]),
  }
}

/** SQLite refuses with the same code as on a full disk. */
function withPages(folder: string): FullDisk {
  const path = join(folder, 'pages', 'log.sqlite')
  return {
    path,
    options: { maxPages: 120 },
    async makeRoom() {
      const database = new DatabaseSync(path)
      database.exec('DELETE FROM requests')
      database.close()
    },
    [Symbol.dispose]() {},
  }
}
