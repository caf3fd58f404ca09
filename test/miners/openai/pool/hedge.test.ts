import assert from 'node:assert/strict'
import type { CallModel } from '#dist/miners/openai/call/call.js'
import { assertAtOnce } from '../../../support/assert-at-once.ts'
import {
  answered,
  chunk,
  cut,
  event,
  type ModelServer,
  stalled,
  startModelServer,
  streamed,
} from '../../../support/model-server.ts'
import { asked, refusal } from '../../ask.ts'
import { pool, readAll, tried } from '../pool.ts'
import { aborted, endpoint, failing, failure, question, saying } from '../scripted.ts'

const hedgeMs = 200

const both = (main: ModelServer, local: ModelServer) => [
  endpoint('main', { url: main.url }),
  endpoint('local', { url: local.url }),
]

describe('hedging', () => {
  it('asks no second endpoint when the first has a token in time', async () => {
    await using main = await startModelServer(streamed(['fine']))
    await using local = await startModelServer()
    const { text, outcome } = await pool(both(main, local), { hedgeMs: 5_000 }).ask()
    assert.equal(text, 'fine')
    assert.deepEqual(tried(outcome), ['main'])
    assert.equal(local.requests.length, 0)
  })

  it('asks a second endpoint when the first is silent, and closes the connection of the first at once', async () => {
    await using main = await startModelServer(stalled())
    await using local = await startModelServer(stalled(['Hel']))
    const { models } = pool(both(main, local), { hedgeMs })
    const speech = models.ask(question, asked())
    assert.equal((await speech.next()).value, 'Hel')
    const spoke = performance.now()
    assert.deepEqual(await main.requests[0]!.over, { left: true })
    assertAtOnce(performance.now() - spoke)
    assert.equal(local.open, 1) // the winner's is still open
    await speech.return({ model: '', finishReason: '' })
    assert.deepEqual(await local.requests[0]!.over, { left: true })
  })

  it('asks no second endpoint while the first thinks, but does when it is silent', async () => {
    for (const thinks of [true, false]) {
      const { promise: later, resolve: speak } = Promise.withResolvers<void>()
      await using main = await startModelServer(async response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(event(chunk(thinks ? { reasoning_content: 'Hm' } : { role: 'assistant' })))
        await later
        response.end(event(chunk({ content: 'fine' }, 'stop')))
      })
      await using local = await startModelServer(streamed(['soon']))
      setTimeout(speak, 2_500)
      const { text } = await pool(both(main, local), { hedgeMs: 1_000 }).ask()
      assert.equal(text, thinks ? 'fine' : 'soon')
      assert.equal(local.requests.length, thinks ? 0 : 1)
    }
  })

  it('asks the next endpoint when one breaks off while thinking', async () => {
    await using main = await startModelServer(
      answered(200, event(chunk({ reasoning_content: 'Hm' })), { 'content-type': 'text/event-stream' }),
    )
    await using local = await startModelServer(streamed(['fine']))
    const { text, outcome } = await pool(both(main, local), { hedgeMs: 5_000 }).ask()
    assert.equal(text, 'fine')
    assert.deepEqual(tried(outcome), ['main: MODEL_CUT', 'local'])
  })

  it('reports the loser, and rests an endpoint that lost five times in a row by silence', async () => {
    await using main = await startModelServer(stalled())
    await using local = await startModelServer(streamed(['fine']))
    const { ask, models, log } = pool(both(main, local), { hedgeMs })
    for (let count = 0; count < 5; count += 1) {
      assert.deepEqual(log.changes, [])
      const { text, outcome } = await ask()
      assert.equal(text, 'fine')
      assert.deepEqual(tried(outcome), ['main: HEDGE_LOST', 'local'])
      const { ms } = outcome.attempts![0]!
      assert.ok(ms >= hedgeMs - 1, `${ms}`)
    }
    assert.equal(models.health()[0]!.breaker, 'open')
    assert.deepEqual(log.changes, ['warn endpointRests'])
    assert.deepEqual(tried((await ask()).outcome), ['local'])
  })

  it('takes the first one’s answer when it comes before the second’s', async () => {
    const call: CallModel = async function* ({ endpoint: { name } }, _, { signal }) {
      if (name === 'local') {
        secondIsAsked()
        await aborted(signal)
      } else await second
      return yield* saying(name, '!')
    }
    const { promise: second, resolve: secondIsAsked } = Promise.withResolvers<void>()
    const { text, outcome } = await pool([endpoint('main'), endpoint('local')], { call, hedgeMs }).ask()
    assert.equal(text, 'main!')
    assert.deepEqual(tried(outcome), ['main', 'local: HEDGE_LOST'])
  })

  it('takes one of two answers that come in the same turn, and reports that the other lost', async () => {
    const { promise: second, resolve: secondIsAsked } = Promise.withResolvers<void>()
    const call: CallModel = async function* ({ endpoint: { name } }) {
      if (name === 'local') setImmediate(secondIsAsked)
      await second
      return yield* saying(name)
    }
    const { text, outcome } = await pool([endpoint('main'), endpoint('local')], { call, hedgeMs }).ask()
    assert.equal(text, 'main')
    assert.deepEqual(tried(outcome), ['main', 'local: HEDGE_LOST'])
  })

  it('prefers another endpoint to another key, and another key to none', async () => {
    const keys = ['a', 'b'] as const
    const call: CallModel = async function* ({ endpoint: { name }, keyAt }, _, { signal }) {
      if (name === 'main' && keyAt === 0) await aborted(signal)
      return yield* saying(`${name} ${keyAt}`)
    }
    const main = endpoint('main', { keys })
    assert.equal((await pool([main, endpoint('local')], { call, hedgeMs }).ask()).text, 'local 0')
    assert.equal((await pool([main], { call, hedgeMs }).ask()).text, 'main 1')
  })

  it('asks the only target only once', async () => {
    await using main = await startModelServer(stalled())
    const { ask } = pool([endpoint('main', { url: main.url })], { hedgeMs: 10 })
    const reason = await refusal(ask({ deadline: Date.now() + 1_000 }))
    assert.equal(reason.reason, 'late')
    assert.deepEqual(tried(reason), ['main: MODEL_TIMEOUT'])
    assert.equal(main.requests.length, 1)
  })

  it('asks the next endpoint at once when the first fails early', async () => {
    await using main = await startModelServer(cut())
    await using local = await startModelServer(streamed(['fine']))
    const { outcome } = await pool(both(main, local), { hedgeMs: 5_000 }).ask()
    assert.deepEqual(tried(outcome), ['main: MODEL_UNREACHABLE', 'local'])
  })

  for (const [title, first, second] of [
    ['second', 'main', 'local'],
    ['first', 'local', 'main'],
  ] as const)
    it(`goes on with the other one when the ${title} fails`, async () => {
      const { promise: later, resolve: fail } = Promise.withResolvers<void>()
      const call: CallModel = async function* ({ endpoint: { name } }) {
        if (name === second) {
          fail()
          throw failure('MODEL_KEY_REFUSED')
        }
        await later
        await new Promise(setImmediate)
        return yield* saying(name)
      }
      const silentFirst: CallModel = async function* (target, question, at) {
        if (target.endpoint.name === 'main') await new Promise(resolve => setTimeout(resolve, 2 * hedgeMs))
        return yield* call(target, question, at)
      }
      const { text } = await pool([endpoint('main'), endpoint('local')], { call: silentFirst, hedgeMs }).ask()
      assert.equal(text, first)
    })

  it('fails when both fail, with the most specific error and all attempts', async () => {
    const call: CallModel = async function* (target, question, at) {
      await new Promise(resolve => setTimeout(resolve, hedgeMs * (target.endpoint.name === 'main' ? 3 : 1)))
      const code = target.endpoint.name === 'main' ? 'MODEL_KEY_REFUSED' : 'MODEL_TOO_LONG'
      return yield* failing(() => failure(code))(target, question, at)
    }
    const reason = await refusal(pool([endpoint('main'), endpoint('local')], { call, hedgeMs }).ask())
    assert.equal(reason.code, 'MODEL_TOO_LONG')
    assert.deepEqual(tried(reason), ['main: MODEL_KEY_REFUSED', 'local: MODEL_TOO_LONG'])
  })

  it('bounds the attempts of both together', async () => {
    await using main = await startModelServer(answered(500))
    await using local = await startModelServer(answered(500))
    const reason = await refusal(pool(both(main, local), { hedgeMs: 1 }).ask())
    assert.equal(reason.attempts!.length, 8)
    assert.deepEqual([main.requests.length, local.requests.length], [4, 4])
  })

  it('closes both connections at once when the caller leaves', async () => {
    await using main = await startModelServer(stalled())
    await using local = await startModelServer(stalled())
    const leaving = new AbortController()
    const { models } = pool(both(main, local), { hedgeMs: 5 })
    const speech = readAll(models.ask(question, asked({ signal: leaving.signal })))
    const reason = new Error('gone')
    const over = assert.rejects(speech, error => error === reason)
    const requests = await Promise.all([main.arrived(0), local.arrived(0)])
    const left = performance.now()
    leaving.abort(reason)
    assert.deepEqual(await Promise.all(requests.map(({ over }) => over)), [{ left: true }, { left: true }])
    assertAtOnce(performance.now() - left)
    await over
  })
})
