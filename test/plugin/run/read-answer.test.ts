import assert from 'node:assert/strict'
import type { Outcome, Piece } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { parseOutcome, readAnswer } from '#dist/plugin/run/read-answer.js'

const outcome: Outcome = { model: 'm', finishReason: 'stop' }
const { signal } = new AbortController()

async function* saying(...pieces: (string | Piece)[]) {
  yield* pieces
  return outcome
}

/** All pieces, and what is returned at the end. */
async function heard(speech: AsyncGenerator<Piece, Outcome>): Promise<[pieces: string[], end: Outcome]> {
  const pieces: string[] = []
  for (;;) {
    const step = await speech.next()
    if (step.done) return [pieces, step.value]
    pieces.push(step.value.text!)
  }
}

describe('readAnswer', () => {
  it('yields texts and pieces, without the empty ones, and returns the outcome', async () => {
    const speech = readAnswer(saying('a', { text: 'b' }, '', { text: '' }, 'c'), signal)
    assert.deepEqual(await heard(speech), [['a', 'b', 'c'], outcome])
  })

  it('holds white space back until text follows it', async () => {
    assert.deepEqual((await heard(readAnswer(saying('', ' ', '\n', 'a', ' ', '\t'), signal)))[0], [' \na', ' ', '\t'])
    async function* failing(): AsyncGenerator<string, Outcome> {
      yield ' '
      throw new Error('broken')
    }
    await assert.rejects(readAnswer(failing(), signal).next(), /broken/)
  })

  describe('holds half a character back', () => {
    const [high, low] = ['\ud83d', '\udc4b']
    for (const [what, pieces, given] of [
      ['until its other half is there', [`a${high}`, `${low}b`, 'c'], ['a', '👋b', 'c']],
      ['where it is a piece by itself', [high, low], ['👋']],
      ['whatever came before', ['a', high, low], ['a', '👋']],
      ['behind white space', [' ', high, low], [' 👋']],
      ['until it is plain that its other half never comes', [`a${high}`, 'b', high], ['a', `${high}b`, high]],
      ['when another follows', [high, high, low], [high, '👋']],
      ['but not one that lacks its beginning', [`${low}a`], [`${low}a`]],
    ] as const) {
      it(what, async () => assert.deepEqual((await heard(readAnswer(saying(...pieces), signal)))[0], given))
    }

    it('and rejects it alone as an empty answer', async () => {
      await assert.rejects(heard(readAnswer(saying(' ', high), signal)), noAnswer('EMPTY_ANSWER'))
    })
  })

  it('passes on what the miner throws', async () => {
    async function* failing(): AsyncGenerator<string, Outcome> {
      yield 'a'
      throw new Error('broken')
    }
    const speech = readAnswer(failing(), signal)
    assert.deepEqual((await speech.next()).value, { text: 'a' })
    await assert.rejects(speech.next(), /broken/)
  })

  it('ends when the signal aborts, although the miner is stuck in an await', async () => {
    async function* stuck(): AsyncGenerator<string, Outcome> {
      yield 'a'
      await new Promise(() => {})
      return outcome
    }
    const controller = new AbortController()
    const speech = readAnswer(stuck(), controller.signal)
    await speech.next()
    const next = speech.next()
    controller.abort(new Error('enough'))
    await assert.rejects(next, /enough/)
    assert.deepEqual(await speech.next(), { done: true, value: undefined })
  })

  it('lets the miner clean up when reading stops, and ignores what it throws then', async () => {
    let cleaned = false
    async function* tidy(): AsyncGenerator<string, Outcome> {
      try {
        yield 'a'
        yield 'b'
        return outcome
      } finally {
        cleaned = true
        await Promise.reject(new Error('nobody hears this')) // mocha fails the run if it is unhandled
      }
    }
    for await (const piece of readAnswer(tidy(), signal)) {
      assert.equal(piece.text, 'a')
      break
    }
    await new Promise(setImmediate)
    assert.equal(cleaned, true)
  })

  it('does not even begin when the signal has aborted', async () => {
    let begun = false
    async function* costly(): AsyncGenerator<string, Outcome> {
      begun = true
      yield 'a'
      return outcome
    }
    const speech = readAnswer(costly(), AbortSignal.abort(new Error('enough')))
    await assert.rejects(speech.next(), /enough/)
    assert.equal(begun, false)
  })

  for (const pieces of [[], [''], [' ', { text: '\n\t' }]]) {
    it(`rejects ${JSON.stringify(pieces)} as an empty answer`, async () => {
      await assert.rejects(heard(readAnswer(saying(...pieces), signal)), noAnswer('EMPTY_ANSWER'))
    })
  }

  it('reads an answer of 4 MiB, and no more', async () => {
    const megabyte = 'x'.repeat(1024 * 1024)
    const four = Array.from({ length: 4 }, () => megabyte)
    assert.equal((await heard(readAnswer(saying(...four), signal)))[0].length, 4)
    await assert.rejects(heard(readAnswer(saying(...four, 'x'), signal)), noAnswer('ANSWER_TOO_LONG'))
  })

  for (const [what, piece] of [
    ['calls of tools', { toolCalls: [{ index: 0 }] }],
    ['logprobs', { logprobs: [{ token: '', logprob: 0 }] }],
  ] as const) {
    it(`does not read ${what} without end, although they hold no text`, async () => {
      async function* going(): AsyncGenerator<Piece, Outcome> {
        for (let count = 0; count < 1_000_000; count++) yield piece
        return outcome
      }
      const hear = async () => {
        for await (const _ of readAnswer(going(), signal));
      }
      await assert.rejects(hear(), noAnswer('ANSWER_TOO_LONG'))
    })
  }

  it('does not need a return, and ignores what it throws', async () => {
    const throwing = () => {
      throw new Error('nobody hears this')
    }
    for (const stop of [undefined, throwing, () => null]) {
      const steps = saying('a')
      const speech = { next: () => steps.next(), return: stop } as unknown as ReturnType<typeof saying>
      assert.deepEqual(await heard(readAnswer(speech, signal)), [['a'], outcome])
    }
    const failing = { next: () => Promise.reject(new Error('the real one')) } as unknown as ReturnType<typeof saying>
    await assert.rejects(heard(readAnswer(failing, signal)), /the real one/)
  })

  it('reports a promise instead of a generator, and ignores its rejection', async () => {
    const forgotten = async () => {
      throw new Error('nobody hears this') // mocha fails the run if it is unhandled
    }
    const speech = forgotten() as unknown as ReturnType<typeof saying>
    await assert.rejects(heard(readAnswer(speech, signal)), {
      code: 'MINER_MISBEHAVES',
      message: 'prompt is not an async generator',
      hint: 'write: async *prompt(…)',
    })
    const aborted = AbortSignal.abort(new Error('too late'))
    await assert.rejects(heard(readAnswer(forgotten() as unknown as typeof speech, aborted)), /too late/)
    await new Promise(setImmediate)
  })

  it('reads a generator that does not wait', async () => {
    function* ready() {
      yield 'a'
      return outcome
    }
    assert.deepEqual(await heard(readAnswer(ready() as unknown as ReturnType<typeof saying>, signal)), [['a'], outcome])
  })

  for (const piece of [null, undefined, 5, {}, { text: 5 }, { text: null }, ['a'], () => 'a']) {
    it(`refuses ${JSON.stringify(piece)} as a piece`, async () => {
      await assert.rejects(heard(readAnswer(saying('a', piece as Piece), signal)), noAnswer('MINER_MISBEHAVES'))
    })
  }

  it('names the type of what it refuses, none of its content, and what to write', async () => {
    await assert.rejects(heard(readAnswer(saying({ secret: 5 } as Piece), signal)), {
      message: 'the miner yielded object, which is not a piece of an answer',
      hint: 'yield a string, or { text, toolCalls, logprobs }',
    })
    async function* silent() {
      yield 'a'
    }
    await assert.rejects(heard(readAnswer(silent() as unknown as ReturnType<typeof saying>, signal)), {
      message: 'the miner returned undefined without `model` and `finishReason` as text',
      hint: 'return { model, finishReason } at the end of prompt',
    })
  })

  for (const end of [undefined, null, 'stop', {}, { model: 'm' }, { model: 5, finishReason: 'stop' }]) {
    it(`refuses ${JSON.stringify(end)} as an outcome`, async () => {
      async function* odd(): AsyncGenerator<string, Outcome> {
        yield 'a'
        return end as Outcome
      }
      await assert.rejects(heard(readAnswer(odd(), signal)), noAnswer('MINER_MISBEHAVES'))
    })
  }
})

function noAnswer(code: string) {
  return (error: unknown) => error instanceof NoAnswer && error.reason === 'upstream' && error.code === code
}

const said = { model: 'm', finishReason: 'stop' }
const attempt = { endpoint: 'main', model: 'm', ms: 5 }

describe('parseOutcome', () => {
  it('keeps every field of an outcome', () => {
    const outcome = {
      ...said,
      usage: { promptTokens: 9, cachedTokens: 0, completionTokens: 2, reasoningTokens: 1 },
      attempts: [{ ...attempt, error: 'MODEL_BUSY', message: 'main is busy', retryAfterMs: 45_000 }, attempt],
    }
    assert.deepEqual(parseOutcome(outcome), outcome)
    assert.deepEqual(parseOutcome(said), said)
  })

  it('leaves out absent fields', () => {
    assert.deepEqual(parseOutcome({ ...said, prompt: 'secret', usage: null, attempts: 3 }), said)
    const counts = { promptTokens: '9', cachedTokens: -1, completionTokens: Number.NaN, reasoningTokens: 1, other: 5 }
    assert.deepEqual(parseOutcome({ ...said, usage: counts }), { ...said, usage: { reasoningTokens: 1 } })
    const odd = [
      null,
      'main',
      { ...attempt, ms: '5' },
      { ...attempt, error: 5 },
      { ...attempt, message: 5 },
      { ...attempt, retryAfterMs: 'x' },
      { ...attempt, endpoint: null },
    ]
    assert.deepEqual(parseOutcome({ ...said, attempts: [...odd, attempt] }), { ...said, attempts: [attempt] })
  })
  it('leaves out counts that no model can have, also in attempts, which stay', () => {
    const counts = { promptTokens: 12.5, cachedTokens: 2 ** 60, completionTokens: 2, reasoningTokens: -1 }
    const attempts = [
      { ...attempt, usage: counts },
      { ...attempt, usage: 'many' },
      { ...attempt, ms: 5.5 },
    ]
    assert.deepEqual(parseOutcome({ ...said, usage: counts, attempts }), {
      ...said,
      usage: { completionTokens: 2 },
      attempts: [{ ...attempt, usage: { completionTokens: 2 } }, attempt, { ...attempt, ms: 5.5 }],
    })
  })
})
