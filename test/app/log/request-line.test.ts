import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mock } from 'node:test'
import { pino } from 'pino'
import { cleanRecord } from '#dist/app/log/clean-record.js'
import { createLog } from '#dist/app/log/logger.js'
import { requestLines } from '#dist/app/log/request-line.js'
import { redactText } from '#dist/config/redact.js'
import { escapeControls } from '#dist/text/escape.js'
import { pick, random } from '../../support/random.ts'

const secrets = ['s3cret-key', 's3cret-key-longer', 'x']
const redact = (text: string) => redactText(text, secrets)
const sanitize = (text: string) => escapeControls(redact(text))
const cleaning = { sanitize, stacks: true }

/** The line as pino writes the cleaned record. */
function pinoLine(record: object): string {
  let line = ''
  const write = (text: string) => {
    line += text
  }
  const options = {
    base: null,
    messageKey: 'event',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  pino(options, { write }).info(cleanRecord(record, cleaning))
  return line
}

const names = ['event', 'id', 'claimed', 'hotkey', 'address', 'synapse', 'ms', 'status', 'code', 'reason', 'firstMs']
const more = ['pieces', 'partial', 'cutBy', 'model', 'endpoint', 'usage', 'plugin', 'attempts', 'error']
const pieces = ['a', 'Prompting', '"', '\\', '\n', '\u0000', '\u007f', '\u0085', '\u2028', '\u202e', '\ufeff', '😀']
const longer = ['s3cret-key', 's3cret-key-longer', 's3cret-', 'key', ' é', '/v1/chat?x=1', 'long '.repeat(30)]

function recordOf(next: () => number): object {
  const text = () => Array.from({ length: next() * 5 }, () => pick([...pieces, ...longer], next)).join('')
  const value = () =>
    pick<() => unknown>(
      [
        text,
        text,
        text,
        () => pick([0, -0, 1.5, -3, 1e21, Number.NaN, Number.POSITIVE_INFINITY], next),
        () => pick([true, false, null, undefined, 7n, () => {}, Symbol('s'), new Date(0)], next),
        () => [text(), undefined, { [text()]: text() }],
        () => ({ promptTokens: 3, [text()]: [[[[[text()]]]]] }),
        () => Object.assign(new Error(text(), { cause: new TypeError(text()) }), { code: text() }),
      ],
      next,
    )()
  const chosen = [...names, ...more].filter(() => next() < 0.5).sort(() => next() - 0.5)
  return Object.fromEntries(chosen.map(name => [name, value()]))
}

describe('the line of a request', () => {
  beforeEach(() => mock.timers.enable({ apis: ['Date'] }))
  afterEach(() => mock.timers.reset())

  it('is the one that pino writes of the cleaned record, byte for byte', () => {
    const seed = randomUUID()
    const next = random(seed)
    const lineOf = requestLines({ redact, sanitize })
    for (let at = 0; at < 5_000; at++) {
      mock.timers.setTime(1_796_000_000_000 + Math.floor(next() * 5_000))
      const record = recordOf(next)
      assert.equal(lineOf(record, 'info', cleaning), pinoLine(record), `seed ${seed}, record ${at}`)
    }
  })

  it('leaves to pino other names and kinds, a name that shows a secret, and half a surrogate pair', () => {
    const lineOf = requestLines({ redact, sanitize })
    assert.equal(lineOf({ event: 'serving', port: 1 }, 'info', cleaning), null)
    for (const other of [new Error('broken'), ['event'], null, 'event'])
      assert.equal(lineOf(other, 'info', cleaning), null)
    const hidden = requestLines({ redact, sanitize: text => redactText(text, ['synapse']) })
    assert.equal(hidden({ synapse: '' }, 'info', cleaning), null)
    assert.equal(lineOf({ reason: '\ud800' }, 'info', cleaning), null)
  })

  it('reports a record that cannot be read', async () => {
    let line = ''
    const write = (text: string) => {
      line += text
    }
    const log = await createLog({ level: 'info', secrets, output: { write } })
    log.info({
      get reason() {
        throw new Error('with s3cret-key')
      },
    })
    assert.match(line, /"event":"recordLost","message":"Error: with \*\*\*"/)
  })
})
