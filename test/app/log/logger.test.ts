import assert from 'node:assert/strict'
import type { LogLevel } from '#dist/app/log/levels.js'
import { createLog } from '#dist/app/log/logger.js'

/** Of what the tests look at. */
type LogRecord = { event: string; time: string; use?: string; list?: unknown; error?: { stack?: string[] } }

async function logged(
  level: LogLevel,
  record: object,
  secrets: readonly string[] = [],
  method: 'info' | 'error' = 'info',
): Promise<LogRecord[]> {
  const lines: string[] = []
  const log = await createLog({ level, secrets, output: { write: line => void lines.push(line) } })
  log[method]({ event: 'tested', ...record })
  return lines.map(line => JSON.parse(line))
}

describe('log', () => {
  it('writes one object per record, with time, level and event', async () => {
    const [record] = await logged('info', { count: 2n, list: ['a'] })
    assert.match(record!.time, /^\d{4}-\d\d-\d\dT/)
    const { time: _, ...rest } = record!
    assert.deepEqual(rest, { level: 'info', event: 'tested', count: '2', list: ['a'] })
    assert.deepEqual(await logged('warn', {}), [])
    assert.deepEqual(await logged('silent', {}), [])
  })

  it('redacts secrets and escapes controls, in names and at any depth', async () => {
    const [record] = await logged('info', { list: [{ 'a-secret': 'with a-secret\n\u001b[2J\u202e' }] }, ['a-secret'])
    assert.deepEqual(record!.list, [{ '***': 'with ***\\u000a\\u001b[2J\\u202e' }])
  })

  it('treats the message of a plugin like a field', async () => {
    const lines: string[] = []
    const log = await createLog({
      level: 'info',
      secrets: ['a-secret'],
      output: { write: line => void lines.push(line) },
    })
    log.info({ count: 1 }, 'with a-secret\u202e')
    const { time: _, ...record } = JSON.parse(lines[0]!)
    assert.deepEqual(record, { level: 'info', event: 'message', message: 'with ***\\u202e', count: 1 })
  })

  it('does not redact a placeholder that only looks like a secret', async () => {
    const [record] = await logged('info', { use: 'none of it' }, ['none'])
    assert.equal(record!.use, 'none of it')
  })

  it('logs an error by code and text, and its stack at debug level or when it is a fault', async () => {
    const error = Object.assign(new Error('broken', { cause: new TypeError('deep') }), { code: 'E', hint: 'mend it' })
    const [quiet] = await logged('info', { error })
    const cause = { name: 'TypeError', message: 'deep' }
    assert.deepEqual(quiet!.error, { name: 'Error', code: 'E', message: 'broken', hint: 'mend it', cause })
    const [loud] = await logged('debug', { error })
    assert.match(loud!.error!.stack![0]!, /^ {4}at .*logger\.test\.ts/)
    const [fault] = await logged('info', { error }, [], 'error')
    assert.match(fault!.error!.stack![0]!, /^ {4}at .*logger\.test\.ts/)
  })

  it('logs a Date and a URL as text', async () => {
    const [record] = await logged('info', { list: [new Date(0), new URL('http://a-secret.example/')] }, ['a-secret'])
    assert.deepEqual(record!.list, ['1970-01-01T00:00:00.000Z', 'http://***.example/'])
  })

  it('ends on a cyclic value', async () => {
    const error = new Error('again')
    error.cause = error
    const list: unknown[] = []
    list.push(list)
    const [record] = await logged('debug', { error, list })
    assert.match(JSON.stringify(record!.error), /"message":"again".*"cause":"…"/)
    assert.match(JSON.stringify(record!.list), /^\[+"…"\]+$/)
  })

  it('never throws, and logs that a record is lost', async () => {
    const toJSON = () => {
      throw new Error('with a-secret')
    }
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    const [thrown] = await logged('info', { list: { toJSON } }, ['a-secret'])
    assert.partialDeepStrictEqual(thrown, { event: 'recordLost', message: 'Error: with ***' })
    assert.equal((await logged('info', { list: revoked.proxy }))[0]!.event, 'recordLost')
    assert.equal((await logged('info', { list: new Date(Number.NaN) }))[0]!.list, null)
  })
})
