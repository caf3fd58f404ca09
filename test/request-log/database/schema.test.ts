import assert from 'node:assert/strict'
import { chmodSync, chownSync, linkSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openToRead, openToWrite } from '#dist/request-log/database/open-database.js'
import { afterQuery, listQuery } from '#dist/request-log/database/request-reader.js'
import { migrate, migrations } from '#dist/request-log/database/schema.js'
import type { RequestFilter } from '#dist/request-log/logged-request.js'
import { RequestLogError } from '#dist/request-log/request-log-error.js'
import { entry, temporaryFolder, write } from '../logged.ts'

describe('the file of a request log', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let path: string
  beforeEach(() => {
    folder = temporaryFolder()
    path = join(folder.path, 'requests', 'log.sqlite')
    mkdirSync(join(folder.path, 'requests'))
  })
  afterEach(() => folder[Symbol.dispose]())

  const refused = (code: string, message?: RegExp) => (error: unknown) => {
    assert.ok(error instanceof RequestLogError)
    assert.equal(error.code, code)
    if (message) assert.match(error.message, message)
    assert.ok(error.hint)
    return true
  }

  it('is for this user only, and so are those that SQLite puts beside it, whatever the umask', async () => {
    const before = process.umask(0)
    try {
      await write(join(folder.path, 'own', 'log.sqlite'), [entry()])
      const database = openToWrite(path)
      database.exec("INSERT INTO strangers VALUES (1, 'X', 1)")
      const modes = ['', '-wal', '-shm'].map(beside => (statSync(path + beside).mode & 0o777).toString(8))
      assert.deepEqual(modes, ['600', '600', '600'])
      assert.equal(statSync(join(folder.path, 'own')).mode & 0o777, 0o700)
      database.close()
    } finally {
      process.umask(before)
    }
  })

  it('gets mode 0600 when it had another', () => {
    writeFileSync(path, '', { mode: 0o644 })
    openToWrite(path).close()
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  it('is refused when it, or one beside it, is a link, a folder, or may be written by others', () => {
    const other = join(folder.path, 'other')
    writeFileSync(other, '')
    const cases: [make: (path: string) => void, message: RegExp][] = [
      [at => symlinkSync(other, at), /is a symbolic link$/],
      [at => symlinkSync(join(folder.path, 'nowhere'), at), /is a symbolic link$/],
      [at => linkSync(other, at), /has a second name, a hard link$/],
      [at => mkdirSync(at), /is not a regular file$/],
    ]
    for (const [at, beside] of ['', '-wal', '-shm'].entries()) {
      for (const [number, [make, message]] of cases.entries()) {
        const one = `${path}-${at}-${number}`
        make(one + beside)
        assert.throws(() => openToWrite(one), refused('REQUEST_LOG_UNSAFE', message))
        if (beside === '') assert.throws(() => openToRead(one), refused('REQUEST_LOG_UNSAFE', message))
      }
    }
    assert.equal(statSync(other).size, 0, 'what a link leads to is left alone')
    writeFileSync(path, '')
    chmodSync(path, 0o666)
    assert.throws(() => openToWrite(path), refused('REQUEST_LOG_UNSAFE', /may be written by others \(mode 666\)$/))
  })

  it('is refused when it belongs to another user', function () {
    if (process.getuid?.() !== 0) return this.skip()
    openToWrite(path).close()
    chownSync(path, 12_345, 12_345)
    assert.throws(() => openToWrite(path), refused('REQUEST_LOG_UNSAFE', /belongs to the user with id 12345/))
    assert.throws(() => openToRead(path), refused('REQUEST_LOG_UNSAFE', /belongs to the user with id 12345/))
    chownSync(path, 0, 0)
    chownSync(join(folder.path, 'requests'), 12_345, 12_345)
    assert.throws(() => openToWrite(path), refused('REQUEST_LOG_UNSAFE', /requests belongs to the user/))
  })

  it('is refused when it is of another program, of a newer version, or damaged', () => {
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE theirs (x)')
    other.close()
    assert.throws(() => openToWrite(path), refused('REQUEST_LOG_BROKEN', /of another program$/))
    assert.throws(() => openToRead(path), refused('REQUEST_LOG_BROKEN', /of another program$/))

    const newer = openToWrite(`${path}-newer`)
    newer.exec(`PRAGMA user_version = ${migrations.length + 1}`)
    newer.close()
    assert.throws(() => openToWrite(`${path}-newer`), refused('REQUEST_LOG_VERSION', /^a newer version/))
    assert.throws(() => openToRead(`${path}-newer`), refused('REQUEST_LOG_VERSION', /^a newer version/))

    writeFileSync(`${path}-text`, 'no database at all, but longer than the header of one is'.repeat(40))
    assert.throws(
      () => openToWrite(`${path}-text`),
      refused('REQUEST_LOG_BROKEN', /is not a request log: it is not a SQLite database$/),
    )
    assert.throws(
      () => openToRead(`${path}-text`),
      (error: RequestLogError) => /^miner logs path/.test(error.hint!),
    )
    assert.throws(() => openToRead(`${path}-none`), refused('REQUEST_LOG_MISSING'))
  })

  it('is upgraded with its rows, in one transaction, and a reader of the new version asks for that', async () => {
    await write(path, [entry({ id: 'old' })])
    const database = new DatabaseSync(path)
    const next = [...migrations, 'ALTER TABLE requests ADD COLUMN colour TEXT']
    assert.throws(() => migrate(database, path, [...next, 'CREATE TABLE requests (x)']), /already exists/)
    assert.throws(() => database.prepare('SELECT colour FROM requests'), /no such column/)
    migrate(database, path, next)
    migrate(database, path, next)
    const row = database.prepare('SELECT id, colour FROM requests').get()
    assert.deepEqual({ ...row }, { id: 'old', colour: null })
    // A process of the version before still writes, since its statements name their columns.
    await assert.rejects(write(path, [entry()]), refused('REQUEST_LOG_VERSION'))
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    await write(path, [entry({ id: 'late' })])
    assert.deepEqual(database.prepare('SELECT count(*) AS count FROM requests').get()?.count, 2)
    database.exec('PRAGMA user_version = 0')
    assert.throws(() => openToRead(path), refused('REQUEST_LOG_VERSION', /^an older version/))
    database.close()
  })

  it('has an index for each way to list requests, so that none sorts, or reads all of them', () => {
    const database = openToWrite(path)
    const planOf = (filter: RequestFilter) => {
      const { sql, values } = listQuery(filter)
      const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values, 20)
      return steps.map(({ detail }) => detail).join('; ')
    }
    const cases: [filter: RequestFilter, plan: RegExp][] = [
      [{}, /^SCAN requests USING INDEX requests_by_time$/],
      [{ since: 1 }, /^SEARCH requests USING INDEX requests_by_time \(at>\?\)$/],
      [{ hotkey: 'a' }, /^SEARCH requests USING INDEX requests_by_hotkey \(hotkey=\?\)$/],
      [{ hotkey: 'a', since: 1 }, /^SEARCH requests USING INDEX requests_by_hotkey \(hotkey=\? AND at>\?\)$/],
      [{ status: 503 }, /^SEARCH requests USING INDEX requests_by_status \(status=\?\)$/],
      [{ outcome: 'failed', since: 1 }, /^SEARCH requests USING INDEX requests_by_outcome \(outcome=\? AND at>\?\)$/],
      [{ minMs: 5_000 }, /^SCAN requests USING INDEX requests_slow$/],
    ]
    for (const [filter, plan] of cases) assert.match(planOf(filter), plan)
    for (const filter of [
      {},
      { hotkey: 'a' },
      { status: 503, since: 1 },
      { outcome: 'failed' as const, minMs: 5_000 },
    ]) {
      const { sql, values } = afterQuery(filter)
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(1, 2, ...values)
      assert.deepEqual(
        plan.map(({ detail }) => detail),
        ['SEARCH requests USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'],
      )
    }
    const find = database.prepare(
      'EXPLAIN QUERY PLAN SELECT * FROM requests WHERE id >= ? AND id < ? ORDER BY id LIMIT 4',
    )
    assert.match(String(find.get('a', 'b')?.detail), /^SEARCH requests USING INDEX requests_by_id/)
    database.close()
  })
})
