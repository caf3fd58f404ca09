import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { openToRead } from '#dist/request-log/database/open-database.js'
import type { NewEntry } from '#dist/request-log/database/request-row.js'
import { RequestWriter } from '#dist/request-log/database/request-writer.js'
import { numberOf } from '#dist/request-log/database/schema.js'
import { conversation, entry, temporaryFolder } from '../logged.ts'

const DAY_MS = 86_400_000
const MIB = 1_048_576

describe('the retention of a request log', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let path: string
  beforeEach(() => {
    folder = temporaryFolder()
    path = join(folder.path, 'log.sqlite')
  })
  afterEach(() => folder[Symbol.dispose]())

  const writing = (limits: { maxAgeMs?: number; maxBytes?: number }) =>
    new RequestWriter({ path, secrets: [], maxAgeMs: DAY_MS, maxBytes: 1024 * MIB, ...limits })
  const batch = (entries: readonly NewEntry[]) => JSON.stringify({ entries, strangers: [] })
  const read = (sql: string) => {
    const database = openToRead(path)
    const number = numberOf(database, sql)
    database.close()
    return number
  }
  const bytes = () => read('PRAGMA page_count') * read('PRAGMA page_size')

  it('drops what is too old, with its conversations and the counts of strangers, and gives the bytes back', () => {
    const now = Date.now()
    const writer = writing({})
    const old = Array.from({ length: 3_000 }, () =>
      entry({ at: now - 2 * DAY_MS }, [conversation('q'.repeat(2_000), 'a'.repeat(2_000))]),
    )
    writer.write(JSON.stringify({ entries: old, strangers: [{ minute: 1, code: 'X', count: 3 }] }), now - 2 * DAY_MS)
    const full = bytes()
    assert.ok(full > 10 * MIB)
    writer.write(batch([entry({ id: 'new' }, [conversation('q', 'a')])]), now - 2 * DAY_MS)
    let rounds = 0
    while (writer.write(batch([]), now).isOver) rounds++
    assert.ok(rounds >= 2, 'all at once would block the thread')
    assert.deepEqual(
      ['requests', 'conversations', 'strangers'].map(table => read(`SELECT count(*) FROM ${table}`)),
      [1, 1, 0],
    )
    assert.ok(bytes() < full / 20)
    writer.close()
    assert.ok(statSync(path).size < full / 20)
  })

  it('keeps the file within its bytes: the oldest requests make room', () => {
    const writer = writing({ maxBytes: 2 * MIB })
    let number = 0
    for (let round = 0; round < 30; round++) {
      const entries = Array.from({ length: 100 }, () =>
        entry({ id: `r${++number}`, at: Date.now() }, [conversation('q', 'x'.repeat(4_000))]),
      )
      writer.write(batch(entries), Date.now())
      assert.ok(bytes() <= 3 * MIB, `${bytes()} after ${round} rounds`)
    }
    writer.close()
    const kept = read('SELECT count(*) FROM requests')
    assert.ok(kept > 200 && kept < 600, `${kept} are kept`)
    assert.equal(read('SELECT max(seq) FROM requests'), 3_000)
    assert.equal(read('SELECT min(seq) FROM requests'), 3_001 - kept)
    assert.ok(statSync(path).size <= 2.2 * MIB)
  })

  it('shrinks a file whose bound was lowered, in several transactions', () => {
    const many = Array.from({ length: 9_000 }, () => entry({}, [conversation('q', 'x'.repeat(1_500))]))
    const before = writing({})
    before.write(batch(many), Date.now())
    before.close()
    const writer = writing({ maxBytes: MIB })
    let rounds = 1
    while (writer.write(batch([]), Date.now()).isOver) rounds++
    assert.ok(rounds > 1)
    writer.close()
    assert.ok(statSync(path).size <= 1.1 * MIB)
  })
})
