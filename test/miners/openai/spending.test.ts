import assert from 'node:assert/strict'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import type { Attempt, Miner } from '#dist/plugin/miner.js'
import type { MostUsage, Usage } from '#dist/plugin/money/spending.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { answered, type Behaviour, completion, cut, said, startModelServer, whole } from '../../support/model-server.ts'
import { ask, build, refusal } from '../ask.ts'

const openai = (settings: object) => build(openaiMiner(openaiClient), { model: 'm', ...settings })
const error = { error: { message: 'no' } }
const NOTHING = { promptTokens: 0, completionTokens: 0 }
const ANSWER = { promptTokens: 9, completionTokens: 2 }

/** What the budget of a test has heard. */
class Budget {
  readonly reserved: MostUsage[] = []
  readonly ended: (Usage | undefined)[] = []

  readonly #allows: (most: MostUsage) => boolean

  constructor(allows: (most: MostUsage) => boolean = () => true) {
    this.#allows = allows
  }

  readonly spend = async (most: MostUsage) => {
    if (!this.#allows(most)) throw new NoAnswer('budget', 'spent', { code: 'MODEL_OVER_BUDGET' })
    this.reserved.push(most)
    return { end: (usage: Usage | undefined) => void this.ended.push(usage) }
  }
}

describe('what the openai miner tells of its spending', () => {
  const cases: [string, Behaviour, Usage | undefined][] = [
    ['the counts of an answer', said('Hello'), ANSWER],
    ['the counts of an answer without a word', whole(''), ANSWER],
    ['zeros when the endpoint refuses for its rate limit', answered(429, error), NOTHING],
    ['zeros when it refuses the key', answered(401, error), NOTHING],
    ['zeros when it refuses the request', answered(400, error), NOTHING],
    ['nothing when it fails', answered(500, error), undefined],
    ['nothing when it breaks off', cut(['Hel']), undefined],
    ['nothing when it closes without a word', cut(), undefined],
    ['nothing when it does not count', answered(200, { ...completion('Hello'), usage: null }), undefined],
  ]
  for (const [title, behaviour, usage] of cases)
    it(`is ${title}`, async () => {
      // Only the first attempt is of interest.
      const first: Behaviour = (response, request) => {
        model.behaviour = whole('Hello')
        return behaviour(response, request)
      }
      await using model = await startModelServer(first)
      const miner = await openai({ baseUrl: model.url, n: 2 })
      const attempts: Attempt[] = []
      const budget = new Budget()
      const how = { onAttempt: (one: Attempt) => attempts.push(one), spend: budget.spend }
      await ask(miner, how).catch(() => {})
      assert.deepEqual(attempts[0]?.usage, usage)
      assert.equal(budget.reserved.length, attempts.length)
      assert.deepEqual(
        budget.ended,
        attempts.map(one => one.usage),
      )
    })

  it('is zeros when no connection comes about', async () => {
    await using model = await startModelServer(said('Hello'))
    const endpoints = [
      { name: 'down', baseUrl: 'http://127.0.0.1:9/v1' },
      { name: 'up', baseUrl: model.url },
    ]
    const { attempts } = (await ask(await openai({ endpoints }))).outcome
    assert.deepEqual(
      attempts?.map(({ endpoint, usage }) => [endpoint, usage]),
      [
        ['down', NOTHING],
        ['up', ANSWER],
      ],
    )
  })

  it('is more than the question has bytes, and all tokens that may be generated', async () => {
    await using model = await startModelServer(whole('Hello'))
    const budget = new Budget()
    const most = async (settings: object, content = 'hé'.repeat(500)) => {
      const miner = await openai({ baseUrl: model.url, ...settings })
      await ask(miner, { messages: [{ role: 'user', content }], spend: budget.spend })
      return budget.reserved.at(-1)!
    }
    const plain = await most({ maxTokens: 50, n: 3 })
    assert.deepEqual([plain.endpoint, plain.model, plain.completionTokens], [new URL(model.url).host, 'm', 150])
    assert.ok(plain.promptTokens > 1_500 && plain.promptTokens < 3_000)
    const longer = await most({ maxTokens: 50, n: 3, systemPrompt: 'x'.repeat(1_000) })
    assert.ok(longer.promptTokens > plain.promptTokens + 1_000)
    assert.equal(plain.answers, 3)
    const unlimited = await most({ maxTokens: null, n: 2 })
    assert.deepEqual([unlimited.completionTokens, unlimited.answers], [null, 2])
    const chosen = await most({ maxTokens: 50, n: 2, extra: { best_of: 5 } })
    assert.deepEqual([chosen.completionTokens, chosen.answers], [250, 5])
    assert.equal((await most({ maxTokens: null, n: 1, extra: { max_completion_tokens: 7 } })).completionTokens, 7)
  })

  it('asks an endpoint that fits where a dearer one does not, and none where none does', async () => {
    await using dear = await startModelServer(said('dear'))
    await using cheap = await startModelServer(said('cheap'))
    const endpoints = [
      { name: 'dear', baseUrl: dear.url },
      { name: 'cheap', baseUrl: cheap.url },
    ]
    const miner = await openai({ endpoints })
    const fits = new Budget(({ endpoint }) => endpoint === 'cheap')
    assert.equal((await ask(miner, { spend: fits.spend })).text, 'cheap')
    const none = new Budget(() => false)
    const { code, reason } = await refusal(ask(miner, { spend: none.spend }))
    assert.deepEqual([code, reason], ['MODEL_OVER_BUDGET', 'budget'])
    assert.equal(dear.requests.length, 0)
    assert.ok(miner.health!().every(({ breaker, failures }) => breaker === 'closed' && failures === 0))
  })

  it('gives back what is reserved for a caller that has left meanwhile', async () => {
    await using model = await startModelServer(said('Hello'))
    const miner = await openai({ baseUrl: model.url })
    const leaving = new AbortController()
    const ended: (Usage | undefined)[] = []
    const spend = async () => {
      leaving.abort(new Error('left'))
      return { end: (usage: Usage | undefined) => void ended.push(usage) }
    }
    await assert.rejects(ask(miner, { spend, signal: leaving.signal }), { message: 'left' })
    assert.deepEqual(ended, [NOTHING])
    assert.equal(model.requests.length, 0)
  })

  it('names each model with its host, its tier and its bounds', async () => {
    const extra = { service_tier: 'flex' }
    const miner: Miner = await openai({
      maxTokens: 20,
      endpoints: [{ apiKey: 'k' }, { name: 'local', baseUrl: 'http://127.0.0.1:8000/v1', model: 'l', n: 2, extra }],
    })
    const [main, local] = miner.sources!()
    assert.partialDeepStrictEqual(main, {
      endpoint: 'api.openai.com',
      model: 'm',
      host: 'api.openai.com',
      hasOtherTier: false,
      completionTokens: 20,
    })
    assert.partialDeepStrictEqual(local, {
      endpoint: 'local',
      model: 'l',
      host: '127.0.0.1:8000',
      hasOtherTier: true,
      completionTokens: 40,
      answers: 2,
    })
    assert.ok(main!.addedTokens > 512)
  })
})
