import assert from 'node:assert/strict'
import type { Miner, Outcome, Piece, Question } from '#dist/index.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { readAnswer } from '#dist/plugin/run/read-answer.js'
import { collectAnswer } from '#dist/plugin/run/whole-answer.js'
import { asked, refusal } from '../../miners/ask.ts'
import { sdk } from '../../support/sdk.ts'

const { wrapMiner } = sdk

const outcome = { model: 'm', finishReason: 'stop', usage: { completionTokens: 2 } } as const
const hello: Question = { messages: [{ role: 'user', content: 'hello' }] }

/** A miner with all methods, as a class with private state; it keeps what it is asked. */
class Inner implements Miner {
  readonly questions: Question[] = []
  readonly #closed: string[] = []
  readonly pieces: readonly (string | Piece)[]

  constructor(pieces: readonly (string | Piece)[] = ['a', { text: 'b' }]) {
    this.pieces = pieces
  }

  get closed(): readonly string[] {
    return this.#closed
  }

  async *prompt(question: Question): AsyncGenerator<string | Piece, Outcome> {
    this.questions.push(question)
    let isOver = false
    try {
      yield* this.pieces
      isOver = true
      return outcome
    } finally {
      this.#closed.push(isOver ? 'ended' : 'left')
    }
  }

  async relay(question: Question) {
    this.questions.push(question)
    return { body: (async function* () {})(), outcome: Promise.resolve(outcome) }
  }

  embed = async () => ({ model: 'm', vectors: [] })
  ready = async () => void this.#closed.push('ready')
  check = async () => [{ name: 'one', findings: {} }]
  capabilities = () => ({ tools: true, logprobs: true, models: ['m'] })
  health = () => []
  blacklist = () => ({ allow: true }) as const
  priority = () => 3

  async close() {
    this.#closed.push('closed')
  }
}

const system = async (question: Question): Promise<Question> => ({
  ...question,
  messages: [{ role: 'system', content: 'Be brief.' }, ...question.messages],
})

async function* upper(pieces: AsyncIterable<Piece>): AsyncGenerator<string, void> {
  for await (const { text = '' } of pieces) yield text.toUpperCase()
}

describe('wrapMiner', () => {
  it('rewrites the question of prompt and of relay', async () => {
    const inner = new Inner()
    const circumstances = asked()
    const wrapped = wrapMiner(inner, {
      question: (question, how) => {
        assert.equal(how, circumstances)
        return system(question)
      },
    })
    assert.equal((await collectAnswer(wrapped, hello, circumstances)).text, 'ab')
    await wrapped.relay!(hello, circumstances)
    const expected = await system(hello)
    assert.deepEqual(inner.questions, [expected, expected])
  })

  it('rewrites the answer, and gives it the question as it was rewritten', async () => {
    const wrapped = wrapMiner(new Inner(), {
      question: system,
      async *answer(pieces, { messages }) {
        for (;;) {
          const { done, value } = await pieces.next()
          if (done) return { ...value, finishReason: 'checked' }
          yield `${messages.length}${value.text}`
        }
      },
    })
    const answer = await collectAnswer(wrapped, hello, asked())
    assert.deepEqual([answer.text, answer.outcome], ['2a2b', { ...outcome, finishReason: 'checked' }])
  })

  it('ends with the outcome of the model where answer returns none', async () => {
    const answer = await collectAnswer(wrapMiner(new Inner(), { answer: upper }), hello, asked())
    assert.deepEqual([answer.text, answer.outcome], ['AB', outcome])
  })

  it('blames the plugin for an answer that stops early and returns no outcome', async () => {
    const inner = new Inner()
    const wrapped = wrapMiner(inner, {
      async *answer(pieces) {
        for await (const { text = '' } of pieces) {
          yield text
          break
        }
      },
    })
    const { code } = await refusal(collectAnswer(wrapped, hello, asked()))
    assert.equal(code, 'MINER_MISBEHAVES')
    assert.deepEqual(inner.closed, ['left'])
  })

  it('takes an answer that stops early with an outcome, and closes the model’s', async () => {
    const inner = new Inner()
    const wrapped = wrapMiner(inner, {
      async *answer(pieces) {
        const { value } = await pieces.next()
        yield value as Piece
        return { model: 'm', finishReason: 'enough' }
      },
    })
    assert.equal((await collectAnswer(wrapped, hello, asked())).text, 'a')
    assert.deepEqual(inner.closed, ['left'])
  })

  it('does not ask the model for an answer that never reads it', async () => {
    const inner = new Inner()
    const wrapped = wrapMiner(inner, {
      async *answer() {
        yield 'from a cache'
        return { model: 'cache', finishReason: 'stop' }
      },
    })
    assert.equal((await collectAnswer(wrapped, hello, asked())).text, 'from a cache')
    assert.deepEqual(inner.questions, [])
  })

  it('has neither relay nor logprobs with an answer', async () => {
    const logprobs = [{ token: 'a', logprob: -1 }]
    const inner = new Inner([{ text: 'a', logprobs }])
    const wrapped = wrapMiner(inner, {
      async *answer(pieces) {
        return yield* pieces
      },
    })
    assert.equal(wrapped.relay, undefined)
    assert.deepEqual(wrapped.capabilities?.(), { tools: true, models: ['m'] })
    assert.deepEqual((await collectAnswer(wrapped, hello, asked())).logprobs, [])
    const error = await refusal(collectAnswer(wrapped, { ...hello, logprobs: { top: 1 } }, asked()))
    assert.deepEqual([error.reason, error.code], ['unsupported', 'MINER_LACKS'])
    assert.equal(inner.questions.length, 1)
    assert.deepEqual((await collectAnswer(wrapMiner(inner, {}), hello, asked())).logprobs, logprobs)
  })

  it('lets an answer read logprobs for which its own question asks', async () => {
    const inner = new Inner([{ text: 'a', logprobs: [{ token: 'a', logprob: -0.5 }] }])
    const wrapped = wrapMiner(inner, {
      question: question => ({ ...question, logprobs: { top: 0 } }),
      async *answer(pieces) {
        for await (const { text, logprobs = [] } of pieces) yield `${text}${logprobs[0]?.logprob}`
      },
    })
    assert.equal((await collectAnswer(wrapped, hello, asked())).text, 'a-0.5')
  })

  for (const [title, how] of [
    ['a question', { question: system }],
    ['an answer', { answer: upper }],
  ] as const)
    it(`passes all else through with ${title}`, async () => {
      const inner = new Inner()
      const wrapped = wrapMiner(inner, how)
      const signal = new AbortController().signal
      assert.equal((await wrapped.embed!(['x'], asked())).model, 'm')
      assert.deepEqual(await wrapped.check!(signal), [{ name: 'one', findings: {} }])
      assert.deepEqual(wrapped.health!(), [])
      assert.deepEqual(await wrapped.blacklist!({} as never), { allow: true })
      assert.equal(await wrapped.priority!({} as never), 3)
      assert.equal(wrapped.capabilities!().tools, true)
      await wrapped.ready!()
      await wrapped.close!()
      assert.deepEqual(inner.closed, ['ready', 'closed'])
    })

  it('adds no method that the miner lacks', () => {
    const bare: Miner = { prompt: () => new Inner().prompt(hello) }
    assert.deepEqual(Object.keys(wrapMiner(bare, { question: system })), ['prompt'])
    assert.deepEqual(Object.keys(wrapMiner(bare, { answer: upper })), ['prompt'])
  })

  it('wraps a wrapped miner, from the inside out', async () => {
    const inner = new Inner(['a'])
    const once = wrapMiner(inner, { question: system, answer: upper })
    const twice = wrapMiner(once, {
      question: system,
      async *answer(pieces) {
        for await (const { text } of pieces) yield `<${text}>`
      },
    })
    const answer = await collectAnswer(twice, hello, asked())
    assert.deepEqual([answer.text, answer.outcome], ['<A>', outcome])
    assert.equal(inner.questions[0]?.messages.length, 3)
  })

  describe('with a caller that leaves', () => {
    for (const [title, how] of [
      ['a question', { question: system }],
      ['an answer', { answer: upper }],
    ] as const)
      it(`closes the inner answer behind ${title}`, async () => {
        const inner = new Inner()
        const pieces = wrapMiner(inner, how).prompt(hello, asked())
        await pieces.next()
        await pieces.return(outcome)
        assert.deepEqual(inner.closed, ['left'])
      })

    it('does not ask the model for a question that took longer', async () => {
      const caller = new AbortController()
      const { signal } = caller
      const inner = new Inner()
      const wrapped = wrapMiner(inner, {
        async question(question) {
          caller.abort(new Error('left'))
          return question
        },
      })
      await assert.rejects(wrapped.prompt(hello, asked({ signal })).next(), /^Error: left$/)
      await assert.rejects(wrapped.relay!(hello, asked({ signal })), /^Error: left$/)
      assert.deepEqual(inner.questions, [])
    })

    it('ends an answer that waits, by its signal', async () => {
      const caller = new AbortController()
      const inner: Miner = {
        async *prompt(_, { signal }) {
          yield 'a'
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          return outcome
        },
      }
      const { signal } = caller
      const pieces = readAnswer(wrapMiner(inner, { answer: upper }).prompt(hello, asked({ signal })), signal)
      assert.deepEqual(await pieces.next(), { done: false, value: { text: 'A' } })
      const next = pieces.next()
      caller.abort(new Error('left'))
      await assert.rejects(next, /^Error: left$/)
    })
  })

  describe('with a plugin that fails', () => {
    it('passes on what question throws, and does not ask the model', async () => {
      const inner = new Inner()
      const throwing = (error: unknown) =>
        wrapMiner(inner, {
          question() {
            throw error
          },
        })
      const none = new NoAnswer('upstream', 'no index', { code: 'INDEX_DOWN' })
      assert.equal(await refusal(collectAnswer(throwing(none), hello, asked())), none)
      assert.equal(await refusal(throwing(none).relay!(hello, asked())), none)
      await assert.rejects(
        collectAnswer(throwing(new TypeError('x is null')), hello, asked()),
        /^TypeError: x is null$/,
      )
      assert.deepEqual(inner.questions, [])
    })

    it('passes on what answer throws, and closes the model’s answer', async () => {
      const inner = new Inner()
      const wrapped = wrapMiner(inner, {
        async *answer(pieces) {
          yield String((await pieces.next()).value)
          throw new TypeError('x is null')
        },
      })
      await assert.rejects(collectAnswer(wrapped, hello, asked()), /^TypeError: x is null$/)
      assert.deepEqual(inner.closed, ['left'])
    })

    const broken: [string, Parameters<typeof wrapMiner>[1], RegExp][] = [
      ['question returns nothing', { question: (() => undefined) as never }, /question returned no messages/],
      ['question empties it', { question: () => ({ messages: [] }) }, /question returned no messages/],
      ['answer returns nothing', { answer: (() => undefined) as never }, /answer is not an async generator/],
      ['answer is no generator', { answer: (async () => 'a') as never }, /answer is not an async generator/],
      ['answer rejects', { answer: (() => Promise.reject(new Error('x'))) as never }, /is not an async generator/],
      [
        'answer yields a number',
        {
          answer: async function* () {
            yield 5
          } as never,
        },
        /yielded number/,
      ],
    ]
    for (const [title, how, message] of broken)
      it(`blames it when ${title}`, async () => {
        const error = await refusal(collectAnswer(wrapMiner(new Inner(), how), hello, asked()))
        assert.deepEqual([error.code, error.reason], ['MINER_MISBEHAVES', 'upstream'])
        assert.match(error.message, message)
      })

    it('says how to call it', () => {
      assert.throws(() => wrapMiner(Promise.resolve(new Inner()) as never, {}), /await base\.create\(context\)/)
      const misspelt = { questions: system }
      assert.throws(
        () => wrapMiner(new Inner(), misspelt as never),
        /^TypeError: wrapMiner has no key "questions"; use question$/,
      )
      assert.throws(() => wrapMiner(new Inner(), { answer: 'a' as never }), /^TypeError: wrapMiner: answer must be a f/)
    })
  })
})
