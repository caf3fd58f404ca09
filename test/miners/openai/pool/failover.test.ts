import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { CallModel } from '#dist/miners/openai/call/call.js'
import type { NoAnswer } from '#dist/plugin/no-answer.js'
import { assertAtOnce } from '../../../support/assert-at-once.ts'
import { answered, completion, cut, stalled, startModelServer, streamed } from '../../../support/model-server.ts'
import { asked, hello, refusal } from '../../ask.ts'
import { pool, readAll, tried } from '../pool.ts'
import { aborted, endpoint, failing, failure, question, saying } from '../scripted.ts'

const error = (code: string) => ({ error: { message: 'no', type: 'x', param: null, code } })

describe('a question with several targets', () => {
  it('waits for an endpoint that is loading its model, and is answered', async () => {
    const loading = { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }
    await using model = await startModelServer((response, request) =>
      (model.requests.length > 1 ? streamed(['fine']) : answered(503, loading))(response, request),
    )
    const { ask } = pool([endpoint('slow', { url: model.url })])
    const { text, outcome } = await ask()
    assert.equal(text, 'fine')
    assert.deepEqual(tried(outcome), ['slow: MODEL_LOADING', 'slow'])
  })

  it('is not asked with another key while it is loading its model', async () => {
    const loading = { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }
    await using model = await startModelServer(answered(503, loading))
    const { ask } = pool([endpoint('slow', { url: model.url, keys: ['sk-1', 'sk-2'] })])
    const { attempts, retryAfterMs } = await ask({ deadline: Date.now() + 300 }).catch(error => error)
    assert.deepEqual(tried({ attempts }), ['slow: MODEL_LOADING'])
    assert.ok(Number.isInteger(retryAfterMs), `${retryAfterMs}`)
  })

  it('waits as long as the estimate of Hugging Face', async () => {
    const loading = { error: 'Model m is currently loading', estimated_time: 21.5 }
    await using model = await startModelServer(answered(503, loading))
    const { ask } = pool([endpoint('hub', { url: model.url })])
    const { code, message, retryAfterMs } = await ask({ deadline: Date.now() + 1_000 }).catch(error => error)
    assert.deepEqual([code, retryAfterMs, model.requests.length], ['MODEL_LOADING', 21_500, 1])
    assert.match(message, /is still loading .*: Model m is currently loading$/)
  })

  it('does not ask with another key when the model takes longer to load than a question waits', async () => {
    await using model = await startModelServer(answered(503, { error: 'Model m is loading', estimated_time: 120 }))
    const { ask } = pool([endpoint('hub', { url: model.url, keys: ['sk-1', 'sk-2'] })])
    const { code, retryAfterMs } = await ask({ deadline: Date.now() + 300_000 }).catch(error => error)
    assert.deepEqual([code, retryAfterMs, model.requests.length], ['MODEL_LOADING', 120_000, 1])
  })

  it('fails as loading, and says when to come again, while the model is loading', async () => {
    const loading = { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }
    await using model = await startModelServer(answered(503, loading))
    const { ask } = pool([endpoint('slow', { url: model.url })])
    const { code, reason, retryAfterMs } = await refusal(ask({ deadline: Date.now() + 900 }))
    assert.deepEqual([code, reason, model.requests.length], ['MODEL_LOADING', 'loading', 1])
    assert.ok(retryAfterMs! > 0 && retryAfterMs! <= 1_000, `${retryAfterMs}`)
  })

  for (const [title, behaviour, code] of [
    ['fails', answered(500), 'MODEL_FAILED'],
    ['is overloaded', answered(429), 'MODEL_RATE_LIMITED'],
    ['is cut before any head', cut(), 'MODEL_UNREACHABLE'],
    ['has another model', answered(404, error('model_not_found')), 'MODEL_NOT_FOUND'],
    ['refuses the request', answered(400), 'MODEL_BAD_REQUEST'],
    ['forbids access', answered(403), 'MODEL_FORBIDDEN'],
    ['has a shorter context', answered(400, error('context_length_exceeded')), 'MODEL_TOO_LONG'],
    ['is a web site', answered(200, '<html>', { 'content-type': 'text/html' }), 'MODEL_UNREADABLE'],
    ['sends only white space', streamed([' ', '\n']), 'MODEL_EMPTY'],
  ] as const)
    it(`is answered by the next endpoint when the first ${title}`, async () => {
      await using main = await startModelServer(behaviour)
      await using local = await startModelServer(streamed(['fine']))
      const { ask } = pool([endpoint('main', { url: main.url }), endpoint('local', { url: local.url })])
      const { text, outcome } = await ask()
      assert.equal(text, 'fine')
      assert.deepEqual(tried(outcome), [`main: ${code}`, 'local'])
      assert.equal(outcome.attempts![1]!.model, 'model-of-local')
      assert.deepEqual([main.requests.length, local.requests.length], [1, 1])
    })

  it('is not sent again to the only endpoint when its error asks for 45 s', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '45s' }]
    const body = [{ error: { code: 429, message: 'Quota exceeded.', status: 'RESOURCE_EXHAUSTED', details } }]
    await using main = await startModelServer(answered(429, body))
    const { ask, models } = pool([endpoint('main', { url: main.url })])
    const error = await refusal(ask())
    assert.equal(error.reason, 'busy')
    assert.equal(error.retryAfterMs, 45_000)
    assert.deepEqual(
      error.attempts?.map(({ error, retryAfterMs }) => [error, retryAfterMs]),
      [['MODEL_RATE_LIMITED', 45_000]],
    )
    assert.equal(main.requests.length, 1)
    assert.ok(models.health()[0]!.keys[0]!.restMs > 44_000)
  })

  it('is answered with the next key when one is refused, which is not used again', async () => {
    await using main = await startModelServer((response, request) =>
      (request.headers.authorization === 'Bearer good' ? streamed(['fine']) : answered(401))(response, request),
    )
    const { ask, models, log } = pool([endpoint('main', { url: main.url, keys: ['bad', 'good'] })])
    assert.deepEqual(tried((await ask()).outcome), ['main: MODEL_KEY_REFUSED', 'main'])
    for (let count = 0; count < 4; count += 1) assert.deepEqual(tried((await ask()).outcome), ['main'])
    assert.deepEqual(
      models.health()[0]!.keys.map(({ code }) => code),
      ['MODEL_KEY_REFUSED', undefined],
    )
    assert.doesNotMatch(JSON.stringify([log.records, models.health()]), /bad|good/)
  })

  it('uses the keys of an endpoint in turn', async () => {
    await using main = await startModelServer()
    const { ask } = pool([endpoint('main', { url: main.url, keys: ['a', 'b', 'c'] })])
    for (let count = 0; count < 4; count += 1) await ask()
    assert.deepEqual(
      main.requests.map(({ headers }) => headers.authorization),
      ['a', 'b', 'c', 'a'].map(key => `Bearer ${key}`),
    )
  })

  it('is sent again to the only endpoint when that fails three times', async () => {
    await using main = await startModelServer((response, request) =>
      (main.requests.length < 4 ? answered(500) : streamed(['fine']))(response, request),
    )
    const { ask, log } = pool([endpoint('main', { url: main.url })])
    const { text, outcome } = await ask()
    assert.equal(text, 'fine')
    assert.deepEqual(tried(outcome), [...Array(3).fill('main: MODEL_FAILED'), 'main'])
    assert.deepEqual(log.changes, [])
  })

  it('is sent four times to an endpoint that fails, and eight times in all', async () => {
    await using main = await startModelServer(answered(500))
    await using local = await startModelServer(answered(502))
    const both = [endpoint('main', { url: main.url }), endpoint('local', { url: local.url })]
    for (const [endpoints, most] of [
      [both.slice(0, 1), 4],
      [both, 8],
      [Array.from({ length: 12 }, (_, at) => endpoint(`e${at}`, { url: main.url })), 8],
    ] as const) {
      const reason = await refusal(pool(endpoints).ask())
      assert.equal(reason.code, 'MODEL_FAILED')
      assert.equal(reason.attempts!.length, most)
    }
  })

  for (const [status, keys, most] of [
    [400, ['a', 'b'], 1],
    [401, ['a', 'b'], 2],
    [403, ['a', 'b'], 2],
    [404, ['a', 'b'], 2],
  ] as const)
    it(`is never sent again with the same key after ${status}`, async () => {
      await using main = await startModelServer(answered(status))
      const reason = await refusal(pool([endpoint('main', { url: main.url, keys })]).ask())
      assert.equal(reason.misuse, true)
      assert.equal(main.requests.length, most)
      assert.equal(reason.attempts!.length, most)
    })

  it('is not sent again after the first chunk: the chunks stay, and the error has the attempts', async () => {
    await using main = await startModelServer(cut(['Hel']))
    await using local = await startModelServer()
    const { models } = pool([endpoint('main', { url: main.url }), endpoint('local', { url: local.url })])
    const speech = models.ask(question, asked())
    assert.equal((await speech.next()).value, 'Hel')
    const reason = await refusal(speech.next())
    assert.equal(reason.code, 'MODEL_CUT')
    assert.deepEqual(tried(reason), ['main: MODEL_CUT'])
    assert.equal(local.requests.length, 0)
  })

  it('fails with the most specific error, and with all attempts', async () => {
    await using main = await startModelServer(answered(429, undefined, { 'retry-after': '60' }))
    await using local = await startModelServer(answered(401))
    const { ask } = pool([endpoint('main', { url: main.url }), endpoint('local', { url: local.url })])
    const reason = await refusal(ask())
    assert.equal(reason.reason, 'busy')
    assert.ok(reason.retryAfterMs! > 30_000 && reason.retryAfterMs! <= 60_000)
    assert.deepEqual(tried(reason), ['main: MODEL_RATE_LIMITED', 'local: MODEL_KEY_REFUSED'])
  })

  it('keeps the words of each endpoint that failed in its attempt', async () => {
    await using main = await startModelServer(answered(500, { error: { message: 'CUDA out of memory' } }))
    await using local = await startModelServer(streamed(['fine']))
    const { ask } = pool([endpoint('main', { url: main.url }), endpoint('local', { url: local.url })])
    const [failed, answering] = (await ask()).outcome.attempts!
    assert.match(failed!.message!, /^main \(.*\) failed \(500\): CUDA out of memory$/)
    assert.equal(answering!.message, undefined)
  })

  it('is not sent when there is no time left', async () => {
    await using main = await startModelServer()
    const reason = await refusal(pool([endpoint('main', { url: main.url })]).ask({ deadline: Date.now() + 15 }))
    assert.equal(reason.reason, 'late')
    assert.deepEqual(reason.attempts, [])
    assert.equal(main.requests.length, 0)
  })

  it('throws a bug in the program unchanged, after one attempt', async () => {
    const bug = new TypeError('not a function')
    let calls = 0
    const call: CallModel = async function* () {
      calls += 1
      if (calls > 0) throw bug
      return yield* saying()
    }
    const { ask } = pool([endpoint('main'), endpoint('local')], { call })
    await assert.rejects(ask(), error => error === bug)
    assert.equal(calls, 1)
  })

  it('waits as long as an endpoint asks for, when that fits the deadline', async () => {
    const starts: number[] = []
    const call: CallModel = async function* () {
      starts.push(performance.now())
      if (starts.length === 1) throw failure('MODEL_RATE_LIMITED', { reason: 'busy', retryAfterMs: 120 })
      return yield* saying('fine')
    }
    assert.equal((await pool([endpoint('main')], { call }).ask()).text, 'fine')
    assert.ok(starts[1]! - starts[0]! >= 119)
  })

  it('does not wait for an endpoint that asks for more time than there is', async () => {
    const call: CallModel = async function* ({ endpoint: { name } }) {
      if (name === 'local') return yield* saying('fine')
      throw failure('MODEL_RATE_LIMITED', { reason: 'busy', retryAfterMs: 60_000 })
    }
    const alone = pool([endpoint('main')], { call })
    const startedAt = performance.now()
    const reason = await refusal(alone.ask())
    assert.equal(reason.retryAfterMs, 60_000)
    assert.equal((await pool([endpoint('main'), endpoint('local')], { call }).ask()).text, 'fine')
    assertAtOnce(performance.now() - startedAt)
    assert.deepEqual(alone.log.changes, ['debug keyRests']) // the error says it
  })

  it('backs off by a random part of a time that doubles', async () => {
    const starts: number[] = []
    const call = failing(() => {
      starts.push(performance.now())
      return failure('MODEL_FAILED')
    })
    await refusal(pool([endpoint('main')], { call, random: () => 0.2 }).ask())
    const pauses = starts.slice(1).map((at, before) => at - starts[before]!)
    // 0.2 of 250, 500 and 1000 ms, and 0.2 of 50 ms more; timers may be a moment early, and late on a busy machine
    assert.equal(pauses.length, 3)
    for (const [at, least] of [60, 110, 210].entries()) assert.ok(pauses[at]! > least - 5, `${pauses}`)
    assertAtOnce(starts.at(-1)! - starts[0]!)
  })

  it('ends at once when the caller leaves while it waits', async () => {
    const call = failing(() => failure('MODEL_RATE_LIMITED', { retryAfterMs: 5_000 }))
    const leaving = new AbortController()
    const speech = pool([endpoint('main')], { call }).models.ask(question, asked({ signal: leaving.signal }))
    const next = speech.next()
    await new Promise(setImmediate)
    const reason = new Error('gone')
    leaving.abort(reason)
    await assert.rejects(next, error => error === reason)
  })
})

describe('the reason of the caller’s signal', () => {
  it('is thrown unchanged, even if it looks like an error of a model', async () => {
    const reason = failure('ENDING', { reason: 'loading' })
    const call: CallModel = async function* (_target, _question, { signal }) {
      await aborted(signal)
      return yield* saying()
    }
    const leaving = new AbortController()
    const over = assert.rejects(
      pool([endpoint('main')], { call }).ask({ signal: leaving.signal }),
      error => error === reason,
    )
    await new Promise(setImmediate)
    leaving.abort(reason)
    await over
  })
})

describe('a pool with resting endpoints', () => {
  /** Two scripted endpoints of which the first fails as long as it is told to, and a clock that a test sets. */
  function twoEndpoints(names = ['main', 'local']) {
    const asks = { main: 0, local: 0 }
    const state = { main: 'down' as 'down' | 'fine' | 'slow' | 'silent', now: 0 }
    const call: CallModel = async function* ({ endpoint: { name } }, _, { signal }) {
      asks[name as 'main' | 'local'] += 1
      if (name === 'main' && state.main === 'down') throw failure('MODEL_UNREACHABLE')
      if (name === 'main' && state.main === 'slow') state.now += 5_000
      if (name === 'main' && state.main === 'silent') await aborted(signal)
      return yield* saying(name)
    }
    return {
      asks,
      state,
      ...pool(
        names.map(name => endpoint(name)),
        { call, now: () => state.now },
      ),
    }
  }

  it('goes on with the next endpoint, and returns to the first when that recovers', async () => {
    const { asks, state, ask, models, log } = twoEndpoints()
    for (let count = 0; count < 20; count += 1) assert.equal((await ask()).text, 'local')
    assert.equal(asks.main, 5)
    assert.equal(models.health()[0]!.breaker, 'open')

    state.now += 2_000
    assert.equal((await ask()).text, 'local') // a probe, and still down
    assert.equal((await ask()).text, 'local')
    assert.equal(asks.main, 6)

    state.main = 'fine'
    state.now += 4_000
    assert.equal((await ask()).text, 'main')
    assert.equal((await ask()).text, 'main')
    assert.deepEqual(log.changes, ['warn endpointRests', 'warn endpointRests', 'info endpointBack'])
  })

  it('gives a probe only half of a question’s time when another endpoint can answer', async () => {
    const { state, ask } = twoEndpoints()
    for (let count = 0; count < 5; count += 1) await ask()
    state.main = 'silent'
    state.now += 2_000
    const { text, outcome } = await ask({ deadline: Date.now() + 1_200 })
    assert.equal(text, 'local')
    assert.deepEqual(tried(outcome), ['main: MODEL_TIMEOUT', 'local'])
    const { ms } = outcome.attempts![0]!
    assert.ok(ms >= 590 && ms < 1_190, `${ms}`)
  })

  it('aborts an endpoint that is silent for half of the time, when another one can answer', async () => {
    const { state, ask, models } = twoEndpoints()
    state.main = 'silent'
    const { text, outcome } = await ask({ deadline: Date.now() + 1_200 })
    assert.equal(text, 'local')
    assert.deepEqual(tried(outcome), ['main: MODEL_TIMEOUT', 'local'])
    const { ms } = outcome.attempts![0]!
    assert.ok(ms >= 590 && ms < 1_190, `${ms}`)
    assert.equal(models.health()[0]!.failures, 0) // hardly any time
    assert.equal((await ask({ deadline: Date.now() + 2_100 })).text, 'local')
    assert.equal(models.health()[0]!.failures, 1)
  })

  it('does so despite a first-token timeout when the answer comes whole, without a first token', async () => {
    await using main = await startModelServer(stalled())
    await using local = await startModelServer((response, request) => {
      const vectors = { data: [{ index: 0, embedding: [1] }] }
      return answered(200, request.path === '/v1/embeddings' ? vectors : completion('fine'))(response, request)
    })
    const own = { n: 2, firstTokenTimeout: 50 }
    const { ask, models } = pool([
      endpoint('main', { url: main.url, ...own }),
      endpoint('local', { url: local.url, ...own }),
    ])
    assert.equal((await ask({ deadline: Date.now() + 1_500 })).text, 'fine')
    const speech = models.embed(['one'], asked({ deadline: Date.now() + 1_500 }))
    assert.deepEqual((await speech.next()).value, [[1]])
  })

  it('keeps one that thinks for more than half of the time, which does not count as silence', async () => {
    const call: CallModel = async function* ({ endpoint: { name } }, _, { onToken, signal }) {
      if (name === 'local') return yield* saying(name)
      onToken?.()
      return await aborted(signal)
    }
    const { ask, models } = pool([endpoint('main'), endpoint('local')], { call })
    const signal = AbortSignal.timeout(1_050)
    await assert.rejects(ask({ deadline: Date.now() + 1_050, signal }), error => error === signal.reason)
    assert.equal(models.health()[0]!.failures, 0)
  })

  it('asks another endpoint when the same question is asked again because its answer broke off', async () => {
    const call: CallModel = async function* ({ endpoint: { name } }) {
      yield name
      if (name === 'main') throw failure('MODEL_CUT')
      return { model: name, finishReason: 'stop' }
    }
    const { models } = pool([endpoint('main'), endpoint('local')], { call })
    assert.equal((await refusal(readAll(models.ask(question, asked())))).code, 'MODEL_CUT')
    assert.equal((await readAll(models.ask(question, asked()))).text, 'local')
    const reason = await refusal(readAll(models.ask({ ...question }, asked())))
    assert.deepEqual(tried(reason), ['main: MODEL_CUT']) // a question of its own begins at the first
  })

  it('counts silence until the deadline as a failure, unless there was hardly any time', async () => {
    const { state, ask, models } = twoEndpoints(['main'])
    state.main = 'silent'
    await assert.rejects(ask({ deadline: Date.now() + 50, signal: AbortSignal.timeout(50) }))
    assert.equal(models.health()[0]!.failures, 0)
    await assert.rejects(ask({ deadline: Date.now() + 1_050, signal: AbortSignal.timeout(1_050) }))
    assert.equal(models.health()[0]!.failures, 1)
  })

  it('does not count a silence shorter than the last first token took', async () => {
    const { state, ask, models } = twoEndpoints(['main'])
    state.main = 'slow'
    assert.equal((await ask()).text, 'main')
    state.main = 'silent'
    await assert.rejects(ask({ deadline: Date.now() + 1_050, signal: AbortSignal.timeout(1_050) }))
    assert.equal(models.health()[0]!.failures, 0)
  })

  it('does not count a caller’s abort against the endpoint', async () => {
    const { state, ask, models } = twoEndpoints()
    state.main = 'silent'
    for (let count = 0; count < 6; count += 1) await assert.rejects(ask({ signal: AbortSignal.timeout(1) }))
    assert.deepEqual([models.health()[0]!.failures, models.health()[0]!.breaker], [0, 'closed'])
  })

  describe('counts an answer that has begun', () => {
    /** One endpoint that failed four times and then sends a word, or a thought, and no more. */
    async function speaking(options: { thought?: boolean; hedgeMs?: number; shareIdentical?: boolean } = {}) {
      const state = { calls: 0, error: null as Error | null }
      const { thought = false, ...rest } = options
      const call: CallModel = async function* (_target, _question, { signal, onToken }) {
        state.calls += 1
        if (state.calls <= 4) throw failure('MODEL_FAILED')
        if (thought) onToken?.()
        else yield 'Hel'
        if (state.error) throw state.error
        return await aborted(signal)
      }
      const made = pool([endpoint('main')], { call, ...rest })
      await refusal(made.ask())
      const failures = () => made.models.health()[0]!.failures
      assert.equal(failures(), 4)
      return { ...made, state, failures }
    }

    for (const [title, options] of [
      ['a word', {}],
      ['a thought', { thought: true }],
      ['a word of a hedged call', { hedgeMs: 5_000 }],
      ['a word of a shared call', { shareIdentical: true }],
    ] as const) {
      it(`with ${title} as a success when the deadline ends it`, async () => {
        const { ask, failures } = await speaking(options)
        const deadline = Date.now() + 300
        await assert.rejects(ask({ deadline, signal: AbortSignal.timeout(300) }))
        await new Promise(setImmediate)
        assert.equal(failures(), 0)
      })

      it(`with ${title} as a success when the caller leaves`, async () => {
        const { ask, failures } = await speaking(options)
        await assert.rejects(ask({ signal: AbortSignal.timeout(20) }))
        await new Promise(setImmediate)
        assert.equal(failures(), 0)
      })
    }

    for (const [title, options] of [
      ['a call', {}],
      ['a hedged call', { hedgeMs: 5_000 }],
      ['a shared call', { shareIdentical: true }],
    ] as const)
      it(`as a success when the reader of ${title} stops at the first chunk`, async () => {
        const { models, failures, log } = await speaking(options)
        const answer = models.ask(question, asked())
        assert.equal((await answer.next()).value, 'Hel')
        await answer.return({ model: '', finishReason: '' })
        await new Promise(setImmediate)
        assert.equal(failures(), 0)
        assert.equal(log.records.at(-1)!.error, 'ABORTED')
      })

    it('as a success when a server sends words until the deadline', async () => {
      await using main = await startModelServer((response, request) =>
        (main.requests.length <= 4 ? answered(500) : stalled(['Hel', 'lo']))(response, request),
      )
      const { ask, models } = pool([endpoint('main', { url: main.url })])
      await refusal(ask())
      assert.equal((await refusal(ask({ deadline: Date.now() + 400 }))).code, 'MODEL_TIMEOUT')
      assert.equal(models.health()[0]!.failures, 0)
    })

    for (const code of ['MODEL_CUT', 'MODEL_STALLED'])
      it(`as a failure when it ends with ${code}, also at the deadline`, async () => {
        const { ask, state, models } = await speaking()
        state.error = failure(code)
        await refusal(ask({ deadline: Date.now() + 25 }))
        assert.deepEqual([models.health()[0]!.failures, models.health()[0]!.breaker], [5, 'open'])
      })
  })

  it('waits for the only endpoint to become available, when there is time', async () => {
    let calls = 0
    const call: CallModel = async function* () {
      calls += 1
      if (calls === 1) throw failure('MODEL_RATE_LIMITED', { reason: 'busy', retryAfterMs: 1_500 })
      return yield* saying('fine')
    }
    const { ask } = pool([endpoint('main')], { call })
    const { signal } = new AbortController()
    assert.equal((await refusal(ask({ deadline: Date.now() + 1_000 }))).retryAfterMs, 1_500)
    const reason = await refusal(ask({ deadline: Date.now() + 200 }))
    assert.deepEqual([reason.reason, reason.code, reason.attempts], ['busy', 'MODEL_RATE_LIMITED', []])
    assert.match(reason.message, /^main rests for [12] s: failed with MODEL_RATE_LIMITED$/)
    assert.ok(reason.retryAfterMs! > 200 && reason.retryAfterMs! <= 1_500)
    assert.equal(calls, 1)
    assert.equal((await ask({ signal })).text, 'fine')
    assert.equal(calls, 2)
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  it('holds questions while the only endpoint is probed, and sends all of them when the probe succeeds', async () => {
    const { promise: recovery, resolve: recover } = Promise.withResolvers<void>()
    let calls = 0
    const state = { now: 0 }
    const call: CallModel = async function* () {
      calls += 1
      if (calls <= 5) throw failure('MODEL_FAILED')
      if (calls === 6) await recovery
      return yield* saying('fine')
    }
    const { ask } = pool([endpoint('main')], { call, now: () => state.now })
    await refusal(ask()) // four times
    await refusal(ask({ deadline: Date.now() + 1_000 })) // once, and then it rests for longer than that
    state.now += 2_000
    const answers = Array.from({ length: 8 }, () => ask())
    await new Promise(setImmediate)
    assert.equal(calls, 6)
    recover()
    for (const { text } of await Promise.all(answers)) assert.equal(text, 'fine')
    assert.equal(calls, 13)
  })
})

describe('a pool with nothing else left to ask', () => {
  /** Asks endpoints that fail as told and then answer. */
  function failingOnce(
    errors: Readonly<Record<string, readonly NoAnswer[]>>,
    keys: readonly [string, ...string[]] = ['a'],
  ) {
    const state = { now: 0, asks: [] as string[] }
    const left = new Map(Object.entries(errors).map(([name, list]) => [name, [...list]]))
    const call: CallModel = async function* ({ endpoint: { name } }) {
      state.asks.push(name)
      const error = left.get(name)!.shift()
      if (error) throw error
      return yield* saying(name)
    }
    const endpoints = Object.keys(errors).map(name => endpoint(name, { keys }))
    return { state, ...pool(endpoints, { call, now: () => state.now }) }
  }
  const aDay = 86_400_000

  for (const [title, error] of [
    ['404', failure('MODEL_NOT_FOUND')],
    ['a redirect', failure('MODEL_REDIRECTED')],
    ['401', failure('MODEL_KEY_REFUSED')],
    ['429 with insufficient_quota', failure('MODEL_QUOTA')],
    ['429 with a Retry-After of a day', failure('MODEL_RATE_LIMITED', { reason: 'busy', retryAfterMs: aDay })],
    ['503 with a Retry-After of a day', failure('MODEL_FAILED', { retryAfterMs: aDay })],
  ] as const)
    it(`asks the only endpoint again a second after ${title}`, async () => {
      const { state, ask, models } = failingOnce({ main: [error] })
      const startedAt = performance.now()
      assert.equal((await refusal(ask())).code, error.code)
      assertAtOnce(performance.now() - startedAt) // the question that was told fails at once
      assert.equal(models.health()[0]!.keys[0]!.restMs, 1_000)
      state.now += 1_000
      assert.equal((await ask()).text, 'main')
      assert.deepEqual(models.health()[0]!.keys, [{ restMs: 0 }])
    })

  it('lets the next question wait for the only endpoint', async () => {
    await using main = await startModelServer((response, request) =>
      (main.requests.length === 1
        ? answered(429, undefined, { 'retry-after': '999999999999999' })
        : streamed(['fine']))(response, request),
    )
    const { ask } = pool([endpoint('main', { url: main.url })])
    assert.equal((await refusal(ask())).code, 'MODEL_RATE_LIMITED')
    assert.equal((await ask({ deadline: Date.now() + 5_000 })).text, 'fine')
  })

  it('asks the only endpoint after as long as it asks for, up to a minute', async () => {
    const { models, ask } = failingOnce({
      main: [failure('MODEL_RATE_LIMITED', { reason: 'busy', retryAfterMs: 45_000 })],
    })
    await refusal(ask())
    assert.equal(models.health()[0]!.keys[0]!.restMs, 45_000)
  })

  for (const [code, rests] of [
    ['MODEL_NOT_FOUND', [1, 2, 4, 8, 10, 10]],
    ['MODEL_KEY_REFUSED', [1, 2, 4, 8, 10, 10]],
  ] as const)
    it(`rests the only endpoint for 10 s at most after ${code} again and again, and a second after an answer`, async () => {
      const { state, ask, models } = failingOnce({ main: Array(rests.length).fill(failure(code)) })
      const restMs = () => models.health()[0]!.keys[0]!.restMs
      for (const seconds of rests) {
        await refusal(ask())
        assert.equal(restMs(), seconds * 1000)
        state.now += restMs()
      }
      assert.equal((await ask()).text, 'main')
      assert.equal(restMs(), 0)
    })

  it('probes the only endpoint after 10 s at most, by one question', async () => {
    const { state, ask, models } = failingOnce({ main: Array(40).fill(failure('MODEL_UNREACHABLE')) })
    const rests: number[] = []
    await refusal(ask())
    for (let count = 0; count < 6; count += 1) {
      await refusal(ask({ deadline: Date.now() + 500 }))
      const { restMs } = models.health()[0]!
      rests.push(restMs / 1000)
      state.now += restMs
    }
    assert.deepEqual(rests, [2, 4, 8, 10, 10, 10])
    const before = state.asks.length
    await Promise.all(Array.from({ length: 8 }, () => refusal(ask({ deadline: Date.now() + 300 }))))
    assert.equal(state.asks.length, before + 1)
  })

  it('asks resting endpoints again, and keeps to the one that answers', async () => {
    const { state, ask } = failingOnce({
      main: [failure('MODEL_NOT_FOUND'), failure('MODEL_NOT_FOUND')],
      local: [failure('MODEL_KEY_REFUSED')],
    })
    await refusal(ask())
    state.now += 1_000
    assert.equal((await ask()).text, 'local')
    assert.equal((await ask()).text, 'local')
    assert.deepEqual(state.asks, ['main', 'local', 'main', 'local', 'local'])
  })

  it('asks all keys of the only endpoint again', async () => {
    const { state, ask } = failingOnce({ main: Array(2).fill(failure('MODEL_NOT_FOUND')) }, ['a', 'b'])
    assert.equal((await refusal(ask())).attempts!.length, 2)
    state.now += 1_000
    assert.equal((await ask()).text, 'main')
  })

  it('rests an endpoint for a minute while another one answers', async () => {
    const { state, ask } = failingOnce({ main: [failure('MODEL_NOT_FOUND')], local: [] })
    for (const seconds of [0, 1, 58]) {
      state.now += seconds * 1000
      assert.equal((await ask()).text, 'local')
    }
    state.now += 1_000
    assert.equal((await ask()).text, 'main')
  })
})

describe('the caller leaves', () => {
  it('before the end of the answer: the connection is closed', async () => {
    await using main = await startModelServer(stalled(['Hel']))
    const { models } = pool([endpoint('main', { url: main.url })])
    const speech = models.ask(question, asked())
    await speech.next()
    const left = performance.now()
    await speech.return({ model: '', finishReason: '' })
    assert.deepEqual(await main.requests[0]!.over, { left: true })
    assertAtOnce(performance.now() - left)
  })

  for (const [title, pieces] of [
    ['before the first word', []],
    ['between two words', ['Hel']],
  ] as const)
    it(`${title}: the connection is closed at once, and no other endpoint asked`, async () => {
      await using main = await startModelServer(stalled(pieces))
      await using local = await startModelServer()
      const { models } = pool([endpoint('main', { url: main.url }), endpoint('local', { url: local.url })])
      const leaving = new AbortController()
      const speech = models.ask({ messages: hello }, asked({ signal: leaving.signal }))
      for (const piece of pieces) assert.equal((await speech.next()).value, piece)
      // Without a next(), when it has begun: a generator that is not asked for more must leave, too.
      const next = pieces.length === 0 ? speech.next() : undefined
      const request = await main.arrived(0)
      const reason = new Error('gone')
      const left = performance.now()
      leaving.abort(reason)
      const over = assert.rejects(next ?? request.over.then(() => speech.next()), error => error === reason)
      assert.deepEqual(await request.over, { left: true })
      assertAtOnce(performance.now() - left)
      await over
      assert.deepEqual([main.open, local.requests.length], [0, 0])
    })

  it('at the deadline: the connection is closed at once', async () => {
    await using main = await startModelServer(stalled())
    const { ask } = pool([endpoint('main', { url: main.url })])
    const deadline = Date.now() + 1_000
    const reason = await refusal(ask({ deadline }))
    assert.equal(reason.reason, 'late')
    assert.deepEqual(tried(reason), ['main: MODEL_TIMEOUT'])
    assert.deepEqual(await main.requests[0]!.over, { left: true })
    assertAtOnce(Date.now() - deadline)
  })
})
