import assert from 'node:assert/strict'
import type { CallModel } from '#dist/miners/openai/call/call.js'
import type { Asked, Attempt, Question } from '#dist/plugin/miner.js'
import { assertAtOnce } from '../../../support/assert-at-once.ts'
import { answered, stalled, startModelServer, streamed } from '../../../support/model-server.ts'
import { asked, hello, refusal } from '../../ask.ts'
import { pool, readAll, tried } from '../pool.ts'
import { aborted, endpoint, failing, failure, question, saying } from '../scripted.ts'

const shared = { shareIdentical: true }

/** A model whose words a test gives, one by one. */
function dictated() {
  const words: PromiseWithResolvers<string | null>[] = []
  const word = (at: number) => (words[at] ??= Promise.withResolvers())
  let said = 0
  const state = { calls: 0, pulled: 0, reason: undefined as unknown }
  const call: CallModel = async function* (_target, _question, { signal }) {
    state.calls += 1
    signal.addEventListener('abort', () => {
      state.reason = signal.reason
    })
    for (let at = 0; ; at += 1) {
      state.pulled += 1
      const next = await Promise.race([word(at).promise, aborted(signal)])
      if (next === null) return { model: 'm', finishReason: 'stop' }
      yield next
    }
  }
  return { call, state, say: (text: string | null) => word(said++).resolve(text) }
}

describe('an identical question in flight', () => {
  it('shares one call, and each caller gets all of the answer', async () => {
    const { promise: more, resolve: sayMore } = Promise.withResolvers<void>()
    await using main = await startModelServer(
      streamed(
        (async function* () {
          yield 'one '
          await more
          yield 'two'
        })(),
      ),
    )
    const { models, ask } = pool([endpoint('main', { url: main.url })], shared)
    const first = models.ask(question, asked())
    assert.equal((await first.next()).value, 'one ')
    const others = [ask(), ask()]
    sayMore()
    const answers = await Promise.all([readAll(first), ...others])
    assert.deepEqual(
      answers.map(({ text }) => text),
      ['two', 'one two', 'one two'],
    )
    for (const { outcome } of answers) assert.deepEqual(tried(outcome), ['main'])
    assert.equal(main.requests.length, 1)
  })

  for (const [title, options, temperatures, calls] of [
    ['is not shared by default', {}, [0.4], 2],
    ['is shared at temperature 0', {}, [0], 1],
    ['is not shared when one endpoint has another temperature', {}, [0, 0.1], 2],
    ['is shared at any temperature when the operator says so', shared, [1], 1],
  ] as const)
    it(title, async () => {
      const { call, state, say } = dictated()
      const endpoints = temperatures.map((temperature, at) => endpoint(`e${at}`, { temperature }))
      const { ask } = pool(endpoints, { call, shareIdentical: false, ...options })
      const answers = [ask(), ask()]
      say('fine')
      say(null)
      for (const { text } of await Promise.all(answers)) assert.equal(text, 'fine')
      assert.equal(state.calls, calls)
    })

  it('is another question when a word, a role or the order differs', async () => {
    const { call, state, say } = dictated()
    const { models } = pool([endpoint('main')], { call, ...shared })
    const [user] = hello as [(typeof hello)[number]]
    const conversations = [
      [user],
      [{ ...user, content: `${user.content}!` }],
      [{ ...user, role: 'system' as const }],
      [user, { ...user, role: 'assistant' as const }],
      [{ ...user, role: 'assistant' as const }, user],
      [{ ...user, content: '__proto__' }],
    ]
    const answers = conversations.map(messages => readAll(models.ask({ messages }, asked())))
    say('fine')
    say(null)
    await Promise.all(answers)
    assert.equal(state.calls, conversations.length)
  })

  it('is another question when any other field differs', async () => {
    const { call, state, say } = dictated()
    const { models } = pool([endpoint('main')], { call, ...shared })
    const tools = [{ name: 'clock' }]
    const all: Partial<Question>[] = [
      {},
      { model: 'other' },
      { maxTokens: 7 },
      { temperature: 0 },
      { temperature: 1 },
      { seed: 1 },
      { tools },
      { tools: [{ name: 'clock', description: 'tells the time' }] },
      { tools, toolChoice: 'required' },
      { tools, toolChoice: { name: 'clock' } },
      { responseFormat: 'json' },
      { responseFormat: { name: 'a', schema: {} } },
      { responseFormat: { name: 'a', schema: { type: 'object' } } },
      { logprobs: { top: 0 } },
      { logprobs: { top: 1 } },
      { messages: [...hello, { role: 'tool', content: 'x', toolCallId: 'a' }] },
      { messages: [...hello, { role: 'tool', content: 'x', toolCallId: 'b' }] },
      { messages: [{ role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'clock', arguments: '{}' }] }] },
      { messages: [{ role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'clock', arguments: '{ }' }] }] },
    ]
    const answers = all.map(more => readAll(models.ask({ messages: hello, ...more }, asked())))
    say('fine')
    say(null)
    await Promise.all(answers)
    assert.equal(state.calls, all.length)
  })

  for (const [title, configured, said, calls] of [
    ['is not shared when its own temperature is above 0', 0, 1, 2],
    ['is shared when its own temperature is 0', 1, 0, 1],
  ] as const)
    it(title, async () => {
      const { call, state, say } = dictated()
      const { models } = pool([endpoint('main', { temperature: configured })], { call })
      const ask = () => readAll(models.ask({ messages: hello, temperature: said }, asked()))
      const answers = [ask(), ask()]
      say('fine')
      say(null)
      await Promise.all(answers)
      assert.equal(state.calls, calls)
    })

  it('is asked anew once the call has ended', async () => {
    await using main = await startModelServer(streamed(['fine']))
    const { ask } = pool([endpoint('main', { url: main.url })], shared)
    for (let count = 0; count < 3; count += 1) assert.equal((await ask()).text, 'fine')
    assert.equal(main.requests.length, 3)
  })

  it('goes on for the others when one caller leaves, and is aborted at once when the last one does', async () => {
    await using main = await startModelServer(stalled(['Hel']))
    const { models } = pool([endpoint('main', { url: main.url })], shared)
    const leaving = [new AbortController(), new AbortController(), new AbortController()]
    const speeches = leaving.map(({ signal }) => models.ask(question, asked({ signal })))
    for (const speech of speeches) assert.equal((await speech.next()).value, 'Hel')
    // One in the middle of waiting, one who does not ask for more, and one who ends his generator.
    const next = speeches[0]!.next()
    leaving[0]!.abort(new Error('gone'))
    await assert.rejects(next, /gone/)
    leaving[1]!.abort(new Error('gone'))
    await new Promise(setImmediate)
    assert.equal(main.open, 1)
    const left = performance.now()
    await speeches[2]!.return({ model: '', finishReason: '' })
    assert.deepEqual(await main.requests[0]!.over, { left: true })
    assertAtOnce(performance.now() - left)
    assert.equal(main.requests.length, 1)
  })

  it('is asked anew after the last caller has left', async () => {
    const { call, state, say } = dictated()
    const { models, ask } = pool([endpoint('main')], { call, ...shared })
    const leaving = new AbortController()
    const first = readAll(models.ask(question, asked({ signal: leaving.signal })))
    leaving.abort(new Error('gone'))
    await assert.rejects(first, /gone/)
    const second = ask()
    say('fine')
    say(null)
    assert.equal((await second).text, 'fine')
    assert.equal(state.calls, 2)
  })

  it('ends for each caller at its own deadline', async () => {
    const { call, state, say } = dictated()
    const { ask } = pool([endpoint('main')], { call, ...shared })
    const now = Date.now()
    const long = ask({ deadline: now + 20_000 })
    const short = ask({ deadline: now + 80 })
    const reason = await refusal(short)
    assert.deepEqual([reason.code, reason.reason], ['MODEL_TIMEOUT', 'late'])
    assert.ok(Date.now() - now >= 79)
    assertAtOnce(Date.now() - now)
    say('fine')
    say(null)
    assert.equal((await long).text, 'fine')
    assert.equal(state.calls, 1)
  })

  it('goes on for a caller that asked a moment after the first', async () => {
    const { call, state, say } = dictated()
    const { ask } = pool([endpoint('main')], { call, ...shared })
    const deadline = Date.now() + 80
    const first = ask({ deadline })
    const second = ask({ deadline: deadline + 900 })
    assert.equal((await refusal(first)).code, 'MODEL_TIMEOUT')
    say('fine')
    say(null)
    assert.equal((await second).text, 'fine')
    assert.equal(state.calls, 1)
  })

  it('has exactly the time of its only caller: silence may take half of it, and no wait is longer', async () => {
    const call: CallModel = async function* ({ endpoint: { name } }, _, { signal }) {
      if (name === 'main') await aborted(signal)
      return yield* saying(name)
    }
    const both = pool([endpoint('main'), endpoint('local')], { call, ...shared })
    const { text, outcome } = await both.ask({ deadline: Date.now() + 2_000 })
    assert.equal(text, 'local')
    const { ms } = outcome.attempts![0]!
    assert.ok(ms >= 990 && ms < 1_990, `${ms}`)

    const busy = failing(() => failure('MODEL_RATE_LIMITED', { reason: 'busy', retryAfterMs: 600 }))
    const reason = await refusal(
      pool([endpoint('main')], { call: busy, ...shared }).ask({ deadline: Date.now() + 500 }),
    )
    assert.deepEqual([reason.code, reason.retryAfterMs], ['MODEL_RATE_LIMITED', 600])
  })

  it('reports the attempts to each caller, also to later ones, and without an answer', async () => {
    const call: CallModel = async function* ({ endpoint: { name } }, _, { signal }) {
      if (name === 'local') await aborted(signal)
      yield* [] // no word comes before it fails
      throw failure('MODEL_FAILED')
    }
    const { ask } = pool([endpoint('main'), endpoint('local')], { call, ...shared, random: () => 0.9 })
    const told: string[][] = []
    const one = () => {
      const attempts: string[] = []
      told.push(attempts)
      const onAttempt = ({ endpoint, error }: Attempt) => void attempts.push(`${endpoint}: ${error}`)
      return refusal(ask({ deadline: Date.now() + 1_000, onAttempt }))
    }
    const first = one()
    await new Promise(setImmediate)
    await Promise.all([first, one()])
    await new Promise(setImmediate)
    const all = ['main: MODEL_FAILED', 'local: MODEL_TIMEOUT']
    assert.deepEqual(told, [all, all])
  })

  it('makes its own call for a caller with more time than the running call', async () => {
    const { call, state, say } = dictated()
    const { ask } = pool([endpoint('main')], { call, ...shared })
    const deadline = Date.now() + 2_000
    const answers = [ask({ deadline }), ask({ deadline: deadline + 3_000 }), ask({ deadline: deadline + 3_500 })]
    say('fine')
    say(null)
    await Promise.all(answers)
    assert.equal(state.calls, 2)
  })

  it('is aborted at the last caller’s deadline, which counts as silence of the endpoint', async () => {
    const { call, state } = dictated()
    const { ask, models } = pool([endpoint('main')], { call, ...shared })
    const deadline = Date.now() + 1_050
    await Promise.all([refusal(ask({ deadline })), refusal(ask({ deadline: deadline - 20 }))])
    assert.ok(state.reason)
    await new Promise(setImmediate)
    assert.equal(models.health()[0]!.failures, 1)
  })

  it('makes no call for a caller whose deadline has passed', async () => {
    const { call, state } = dictated()
    const { ask } = pool([endpoint('main')], { call, ...shared })
    assert.equal((await refusal(ask({ deadline: Date.now() }))).code, 'MODEL_TIMEOUT')
    const signal = AbortSignal.abort(new Error('gone'))
    await assert.rejects(ask({ signal }), /gone/)
    assert.equal(state.calls, 0)
  })

  it('fails for all its callers, once, but not for the next', async () => {
    await using main = await startModelServer(answered(400))
    const { ask } = pool([endpoint('main', { url: main.url })], shared)
    const errors = await Promise.all([refusal(ask()), refusal(ask()), refusal(ask())])
    for (const error of errors) assert.equal(error.code, 'MODEL_BAD_REQUEST')
    assert.equal(main.requests.length, 1)
    await refusal(ask())
    assert.equal(main.requests.length, 2)
  })

  it('fails for all after the chunks that came, also for slower callers', async () => {
    const call: CallModel = async function* (target, question, at) {
      yield 'Hel'
      return yield* failing(() => failure('MODEL_CUT'))(target, question, at)
    }
    const { models } = pool([endpoint('main')], { call, ...shared })
    const [fast, slow] = [models.ask(question, asked()), models.ask(question, asked())]
    assert.equal((await slow.next()).value, 'Hel')
    assert.equal((await fast.next()).value, 'Hel')
    assert.equal((await refusal(fast.next())).code, 'MODEL_CUT')
    assert.equal((await refusal(slow.next())).code, 'MODEL_CUT')
  })

  it('is not held up by a slow caller, which reads all of it at its own pace', async () => {
    const words = Array.from({ length: 1_000 }, (_, number) => `${number} `)
    const call: CallModel = () => saying(...words)
    const { models, ask } = pool([endpoint('main')], { call, ...shared })
    const slow = models.ask(question, asked())
    await slow.next()
    assert.equal((await ask()).text, words.join(''))
    assert.equal((await readAll(slow)).text, words.slice(1).join(''))
  })

  it('pauses when all callers do', async () => {
    const { call, state, say } = dictated()
    const { models } = pool([endpoint('main')], { call, ...shared })
    const speeches = [models.ask(question, asked()), models.ask(question, asked())]
    for (const text of ['a', 'b', 'c', null]) say(text)
    for (const speech of speeches) assert.equal((await speech.next()).value, 'a')
    await new Promise(setImmediate)
    assert.equal(state.pulled, 1)
    for (const speech of speeches) await readAll(speech)
    assert.equal(state.calls, 1)
  })

  it('is shared by very many callers, any of which may leave', async () => {
    const { call, state, say } = dictated()
    const { models } = pool([endpoint('main')], { call, ...shared })
    const callers = Array.from({ length: 500 }, () => new AbortController())
    const answers = callers.map(({ signal }) =>
      readAll(models.ask(question, asked({ signal } satisfies Partial<Asked>))),
    )
    const odd = (_: unknown, at: number) => at % 2 === 1
    const gone = Promise.all(answers.filter(odd).map(answer => assert.rejects(answer, /gone/)))
    say('a')
    await new Promise(setImmediate)
    for (const caller of callers.filter(odd)) caller.abort(new Error('gone'))
    say('b')
    say(null)
    await gone
    for (const { text } of await Promise.all(answers.filter((_, at) => at % 2 === 0))) assert.equal(text, 'ab')
    assert.equal(state.calls, 1)
  })
})
