import assert from 'node:assert/strict'
import type { Asked, Miner, Outcome } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { collectAnswer, truncateAtSentence } from '#dist/plugin/run/whole-answer.js'
import { threadMs } from '../../support/thread-ms.ts'

const question = { messages: [{ role: 'user', content: 'hi' }] } as const
const noMore = { toolCalls: [], logprobs: [] }
const outcome: Outcome = { model: 'm', finishReason: 'stop' }
const asked: Asked = { id: '1', signal: new AbortController().signal, deadline: Date.now() + 1_000 }

function saying(...pieces: string[]): Miner {
  return {
    async *prompt() {
      yield* pieces
      return outcome
    },
  }
}

describe('collectAnswer', () => {
  it('joins the pieces, and reports the first one once', async () => {
    let first = 0
    const answer = await collectAnswer(saying('', 'a', 'b', '', 'c'), question, asked, { onFirst: () => first++ })
    assert.deepEqual(answer, { text: 'abc', ...noMore, outcome, partial: false })
    assert.equal(first, 1)
  })

  it('passes the question and its caller to the miner', async () => {
    const miner: Miner = {
      async *prompt(given, by) {
        assert.equal(given, question)
        assert.equal(by, asked)
        yield 'a'
        return outcome
      },
    }
    await collectAnswer(miner, question, asked)
  })

  describe('when it fails in the middle', () => {
    /** At each try says these, and then fails so; when there is no more to try, it says all. */
    function failing(...tries: [said: string, error: unknown][]): Miner & { asked: number } {
      const miner = {
        asked: 0,
        async *prompt() {
          const [said, error] = tries[miner.asked++] ?? ['One. Two. Three.', null]
          yield said
          if (error) throw error
          return outcome
        },
      }
      return miner
    }
    const cut = new NoAnswer('upstream', 'the connection was cut', { code: 'MODEL_UNREACHABLE' })

    it('asks again, and returns the new answer only', async () => {
      let first = 0
      const miner = failing(['One. Tw', cut])
      const answer = await collectAnswer(miner, question, asked, { onFirst: () => first++ })
      assert.deepEqual(answer, { text: 'One. Two. Three.', ...noMore, outcome, partial: false })
      assert.deepEqual([miner.asked, first], [2, 1])
    })

    it('asks again when a tool call failed, and drops its parts', async () => {
      const call = (text: string) => ({ toolCalls: [{ index: 0, id: 'a', name: 'clock', arguments: text }] })
      let tries = 0
      const miner: Miner = {
        async *prompt() {
          tries += 1
          yield call(tries === 1 ? '{"ci' : '{}')
          if (tries === 1) throw cut
          return outcome
        },
      }
      let first = 0
      const { toolCalls } = await collectAnswer(miner, question, asked, { onFirst: () => first++ })
      assert.deepEqual(toolCalls, [{ id: 'a', name: 'clock', arguments: '{}' }])
      assert.deepEqual([tries, first], [2, 1])
    })

    it('fails when a tool call fails twice, although text may be cut', async () => {
      const miner: Miner = {
        async *prompt() {
          yield { toolCalls: [{ index: 0, id: 'a', name: 'clock', arguments: '{' }] }
          throw cut
        },
      }
      await assert.rejects(collectAnswer(miner, question, asked, { cutAfterMs: 1_000 }), error => error === cut)
    })

    it('returns the longer of two failed answers when it may be cut, else fails', async () => {
      const twice: [string, unknown][] = [
        ['One. Two. Th', cut],
        ['One. Tw', cut],
      ]
      const answer = await collectAnswer(failing(...twice), question, asked, { cutAfterMs: 1_000 })
      const outcome = { model: 'unknown', finishReason: 'cut' }
      const reason = { by: cut.code }
      assert.deepEqual(answer, { text: 'One. Two.', ...noMore, outcome, partial: true, cut: reason })
      const miner = failing(...twice)
      await assert.rejects(collectAnswer(miner, question, asked), error => error === cut)
      assert.equal(miner.asked, 2)
    })

    describe('lists the attempts of both tries', () => {
      const at = (endpoint: string, error: string) => ({ endpoint, model: 'm', ms: 5, error })
      const tries = ['main', 'local'].map((name): [string, NoAnswer] => [
        'One. Tw',
        cut.with({ attempts: [at(name, 'MODEL_CUT')] }),
      ])
      const both = [at('main', 'MODEL_CUT'), at('local', 'MODEL_CUT')]

      it('in a cut answer', async () => {
        const answer = await collectAnswer(failing(...tries), question, asked, { cutAfterMs: 1_000 })
        assert.deepEqual(answer.outcome.attempts, both)
        assert.deepEqual(answer.cut, { by: cut.code, endpoint: 'main' })
      })

      it('in the error', async () => {
        const error = await collectAnswer(failing(...tries), question, asked).catch((error: unknown) => error)
        assert.ok(error instanceof NoAnswer)
        assert.deepEqual([error.code, error.message, error.attempts], [cut.code, cut.message, both])
      })

      it('in the answer of the second try', async () => {
        const { outcome } = await collectAnswer(failing(tries[0]!), question, asked)
        assert.deepEqual(outcome.attempts, both.slice(0, 1))
      })
    })

    it('returns the text of the first try when time runs out during the second', async () => {
      const miner = failing(['One. Tw', cut])
      const prompt: Miner['prompt'] = async function* () {
        if (miner.asked > 0) await new Promise(() => {})
        return yield* miner.prompt(question, asked)
      }
      const answer = await collectAnswer({ prompt }, question, asked, { cutAfterMs: 20 })
      assert.deepEqual([answer.text, answer.partial, answer.outcome.finishReason], ['One.', true, 'deadline'])
      assert.deepEqual(answer.cut, { by: cut.code })
    })

    for (const [what, error] of [
      ['breaks', new Error('broken')],
      ['is busy', new NoAnswer('busy', 'busy')],
      ['is late', new NoAnswer('late', 'late')],
      ['would only do it again', new NoAnswer('upstream', 'too long', { code: 'ANSWER_TOO_LONG' })],
    ] as const) {
      it(`does not ask again when the miner ${what}`, async () => {
        const miner = failing(['One. Tw', error])
        await assert.rejects(collectAnswer(miner, question, asked, { cutAfterMs: 1_000 }), thrown => thrown === error)
        assert.equal(miner.asked, 1)
      })
    }

    it('does not ask again when nothing was yielded: retrying is up to the miner then', async () => {
      const miner = failing([' ', cut])
      await assert.rejects(collectAnswer(miner, question, asked), error => error === cut)
      assert.equal(miner.asked, 1)
    })
  })

  describe('when the time is up', () => {
    /** Says these, and then nothing more. */
    function stuckAfter(...pieces: string[]): Miner {
      return {
        async *prompt() {
          yield* pieces
          await new Promise(() => {})
          return outcome
        },
      }
    }
    const cut = { model: 'unknown', finishReason: 'deadline' }

    it('returns the text so far, cut at a sentence', async () => {
      const answer = await collectAnswer(stuckAfter('One. ', 'Two th'), question, asked, { cutAfterMs: 20 })
      const reason = { by: 'deadline' }
      assert.deepEqual(answer, { text: 'One.', ...noMore, outcome: cut, partial: true, cut: reason })
    })

    describe('names the model, and lists the attempts that the miner reports when it is aborted', () => {
      const attemptAt = (endpoint: string, error: string) => ({ endpoint, model: `model-of-${endpoint}`, ms: 5, error })

      /** At each try yields a text; reports the attempt when it fails, or when its signal aborts. */
      function reporting(...tries: [endpoint: string, text: string, error: NoAnswer | null][]): Miner {
        return {
          async *prompt(_question, { signal, onAttempt }) {
            const [name, text, error] = tries.shift()!
            try {
              if (text !== '') yield text
              if (error) throw error
              await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
            } catch (thrown) {
              onAttempt?.(attemptAt(name, (thrown as NoAnswer).code))
              throw thrown
            }
            return outcome
          },
        }
      }
      const broken = new NoAnswer('upstream', 'the connection was cut', { code: 'MODEL_CUT' })

      for (const [title, tries, model, attempts] of [
        ['of the only try', [['main', 'One. Tw', null]], 'model-of-main', [attemptAt('main', 'MODEL_TIMEOUT')]],
        [
          'of the first try, whose text is longer',
          [
            ['main', 'One. Tw', broken],
            ['local', '', null],
          ],
          'model-of-main',
          [attemptAt('main', 'MODEL_CUT'), attemptAt('local', 'MODEL_TIMEOUT')],
        ],
        [
          'of the second try, whose text is longer',
          [
            ['main', 'One. T', broken],
            ['local', 'Two. Thr', null],
          ],
          'model-of-local',
          [attemptAt('main', 'MODEL_CUT'), attemptAt('local', 'MODEL_TIMEOUT')],
        ],
      ] as const)
        it(title, async () => {
          const told: unknown[] = []
          const onAttempt = (attempt: unknown) => void told.push(attempt)
          const miner = reporting(...(tries.map(one => [...one]) as [string, string, NoAnswer | null][]))
          const answer = await collectAnswer(miner, question, { ...asked, onAttempt }, { cutAfterMs: 20 })
          assert.deepEqual(answer.outcome, { model, finishReason: 'deadline', attempts })
          assert.deepEqual(told, attempts)
        })

      it('of two tries that fail without listing them', async () => {
        const miner = reporting(['main', 'One. T', broken], ['local', 'Two. Thr', broken])
        const { outcome } = await collectAnswer(miner, question, asked, { cutAfterMs: 1_000 })
        const attempts = [attemptAt('main', 'MODEL_CUT'), attemptAt('local', 'MODEL_CUT')]
        assert.deepEqual(outcome, { model: 'model-of-local', finishReason: 'cut', attempts })
      })

      it('and ignores values that are not attempts', async () => {
        const miner: Miner = {
          async *prompt(_question, { onAttempt }) {
            onAttempt?.(null as never)
            yield 'One. Tw'
            await new Promise(() => {})
            return outcome
          },
        }
        const answer = await collectAnswer(miner, question, asked, { cutAfterMs: 20 })
        assert.deepEqual(answer.outcome, cut)
      })
    })

    it('waits on when there is no text yet', async () => {
      const controller = new AbortController()
      setTimeout(() => controller.abort(new Error('enough')), 60)
      for (const pieces of [[], [' ', '\n']]) {
        const answer = collectAnswer(
          stuckAfter(...pieces),
          question,
          { ...asked, signal: controller.signal },
          { cutAfterMs: 20 },
        )
        await assert.rejects(answer, /enough/)
      }
    })

    it('waits on when it may not be cut', async () => {
      const signal = AbortSignal.timeout(60)
      await assert.rejects(collectAnswer(stuckAfter('One. '), question, { ...asked, signal }), /timeout/)
    })

    it('returns the complete answer when it came before', async () => {
      const answer = await collectAnswer(saying('One. ', 'Two'), question, asked, { cutAfterMs: 20 })
      assert.deepEqual(answer, { text: 'One. Two', ...noMore, outcome, partial: false })
    })

    it('ignores what the miner throws later', async () => {
      const controller = new AbortController()
      const answer = await collectAnswer(
        stuckAfter('One. '),
        question,
        { ...asked, signal: controller.signal },
        { cutAfterMs: 5 },
      )
      assert.equal(answer.partial, true)
      controller.abort(new Error('nobody hears this')) // mocha fails the run if it is unhandled
      await new Promise(setImmediate)
    })
  })

  for (const pieces of [[], [''], [' ', '\n\t']]) {
    it(`rejects ${JSON.stringify(pieces)} as an empty answer`, async () => {
      const thrown = await collectAnswer(saying(...pieces), question, asked).catch((error: unknown) => error)
      assert.ok(thrown instanceof NoAnswer)
      assert.equal(thrown.reason, 'upstream')
      assert.equal(thrown.code, 'EMPTY_ANSWER')
    })
  }

  it('stops reading an answer that does not end', async () => {
    let said = 0
    const endless: Miner = {
      async *prompt() {
        for (;;) {
          said++
          yield 'x'.repeat(1024 * 1024)
        }
      },
    }
    const thrown = await collectAnswer(endless, question, asked).catch((error: unknown) => error)
    assert.ok(thrown instanceof NoAnswer)
    assert.equal(thrown.code, 'ANSWER_TOO_LONG')
    await new Promise(setImmediate)
    assert.equal(said, 5)
  })

  it('rejects with the reason of the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await assert.rejects(collectAnswer(saying('a'), question, { ...asked, signal }), /enough/)
  })

  it('rejects with what the miner throws, also before it returns a generator', async () => {
    const broken: Miner = {
      prompt() {
        throw new Error('broken')
      },
    }
    await assert.rejects(collectAnswer(broken, question, asked), /broken/)
  })
})

/** What is kept ends where the bar stands. */
const cuts = {
  'after the last sentence': 'One. Two!| Three is not',
  'after a question': 'Who? Me?| And th',
  'after an ellipsis': 'Well…| now th',
  'after three dots': 'Well...| now th',
  'after several marks': 'No?!| Yes, bu',
  'after the quotes and brackets that a sentence closes': 'He said (and meant) “no.”)| Then h',
  'at the end of a line': 'One.|\nTwo th',
  'nowhere when a sentence has just ended': 'One. Two.|',
  'nowhere when a quoted sentence has just ended': '“One.”|',
  'after a Chinese sentence, which no space follows': '今天很好。|明天',
  'after a Japanese question in quotes': '「元気？」|と言',
  'after a full-width exclamation': '你好！|再',
  'after the last word where there is no sentence': 'one two| thr',
  'after a word that a space follows': 'one two| ',
  'after the last word of a right-to-left text': 'שלום לכולם| מה',
  'nowhere in a single word': 'Hel|',
  'nowhere in a single word after white space': '  \n Hel|',
  'nowhere where nothing says where a word ends': '今天很好明天也|',
}

describe('truncateAtSentence', () => {
  for (const [where, text] of Object.entries(cuts)) {
    it(`cuts ${where}`, () => {
      const [kept, lost = ''] = text.split('|')
      assert.equal(truncateAtSentence(kept + lost), kept)
    })
  }

  it('does not mistake other text for the end of a sentence', () => {
    assert.equal(truncateAtSentence('Pi is it. It is 3.'), 'Pi is it.')
    assert.equal(truncateAtSentence('Two things.\n1. Fir'), 'Two things.')
    assert.equal(truncateAtSentence('Eat well. Take fruit, e.g. app'), 'Eat well.')
    assert.equal(truncateAtSentence('It is he. J. S. Ba'), 'It is he.')
    assert.equal(truncateAtSentence('Look it up. See example.com/a.b fo'), 'Look it up.')
    assert.equal(truncateAtSentence('It is 3.14 or s'), 'It is 3.14 or')
  })

  it('drops at most 1,000 characters to end at a sentence', () => {
    const words = 'word '.repeat(400).trimEnd()
    assert.equal(truncateAtSentence(`One. ${words}`), `One. ${words.slice(0, -5)}`)
    const word = 'x'.repeat(5000)
    assert.equal(truncateAtSentence(`One. Two ${word}`), `One. Two ${word}`)
  })

  it('takes no time, whatever the text is', async () => {
    const ms = await threadMs(() => {
      for (const text of ['.', '."', '. ', ' ', '"', 'a.', '…!?', '\n', '今', '。', '1.'])
        truncateAtSentence(text.repeat((4 * 1024 * 1024) / text.length))
    })
    assert.ok(ms < 1_000, `${ms} ms`)
  })
})
