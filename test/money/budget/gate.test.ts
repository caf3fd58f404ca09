import assert from 'node:assert/strict'
import { type AnsweredEvent, observe } from '#dist/axon/events.js'
import { toRefusal } from '#dist/axon/stages/refuse.js'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { openaiMiner } from '#dist/miners/openai/plugin.js'
import { parseDayLimit, usdOf } from '#dist/money/amount.js'
import { Budget } from '#dist/money/budget/budget.js'
import { openGate } from '#dist/money/budget/gate.js'
import { openPriceList } from '#dist/money/prices/price-list.js'
import type { Call } from '#dist/plugin/dialect.js'
import { dialectOf } from '../../axon/dialect-of.ts'
import { told } from '../../axon/told.ts'
import { build } from '../../miners/ask.ts'
import { answered, type Behaviour, cut, said, stalled, startModelServer } from '../../support/model-server.ts'
import { alice, charlie, send, signedRequest } from '../../support/signed-request.ts'
import { startAxon } from '../../support/start-axon.ts'

/** What the model server counts for an answer, in dollars: 9 and 2 tokens. */
const ANSWER = 0.011
const prices = { m: { input: 1_000, output: 1_000 } }
const ask = (sent = signedRequest()) => ({ send: (url: string) => send(url, sent) })

/** An axon with a budget, in front of the real `openai` miner and a model server. */
async function start(
  behaviour: Behaviour,
  { limit = '100usd/day', each = 'none', hotkeys = {}, settings = {}, others = [], ...options }: Options = {},
) {
  const models = await Promise.all([behaviour, ...others].map(startModelServer))
  const endpoints = models.map(({ url }, at) => ({ name: `e${at}`, baseUrl: url }))
  const miner = await build(openaiMiner(openaiClient), { model: 'm', maxTokens: 10, endpoints, ...settings })
  const sources = miner.sources!()
  const parse = (text: string) => parseDayLimit(text) ?? null
  const own = Object.entries(hotkeys).map(([hotkey, text]) => [hotkey, parse(text)] as const)
  const events: string[] = []
  const budget = new Budget({
    limits: { all: parse(limit), each: parse(each), hotkeys: new Map(own) },
    least: 0,
    store: { async write() {} },
    before: null,
    now: Date.now,
    onEvent: ({ event }) => events.push(event),
  })
  const gate = openGate({ budget, prices: await openPriceList(prices, sources), sources })
  const axon = await startAxon({ miner, budget: gate, ...options })
  return {
    axon,
    models,
    events,
    /** dollars */
    get spent() {
      return usdOf(budget.stateOf('all')!.spent)
    },
    spentBy: (hotkey: string) => usdOf(budget.stateOf(hotkey)!.spent),
    get reserved() {
      return usdOf(budget.stateOf('all')!.reserved)
    },
    async [Symbol.asyncDispose]() {
      await axon[Symbol.asyncDispose]()
      await miner.close?.()
      for (const model of models) await model[Symbol.asyncDispose]()
    },
  }
}

function hear(axon: string, subscriber: (record: AnsweredEvent) => void): Disposable {
  const stop = observe('answered', record => record.axon === axon && subscriber(record), raise)
  return { [Symbol.dispose]: stop }
}

function raise(error: unknown): never {
  throw error
}

type Options = NonNullable<Parameters<typeof startAxon>[0]> & {
  readonly limit?: string
  readonly each?: string
  readonly hotkeys?: Readonly<Record<string, string>>
  readonly settings?: object
  readonly others?: readonly Behaviour[]
}

describe('the gate of a budget', () => {
  it('reserves the most of an answer, and settles what it cost', async () => {
    await using it = await start(stalled(['Hel']))
    const answering = ask().send(it.axon.url)
    await it.models[0]!.arrived(0)
    assert.ok(it.reserved > 0.5 && it.reserved < 1, String(it.reserved))
    it.models[0]!.behaviour = said('Hello')
    await it.axon[Symbol.asyncDispose]()
    await answering.catch(() => {})

    await using other = await start(said('Hello'))
    assert.equal((await ask().send(other.axon.url)).status, 200)
    assert.deepEqual([other.spent, other.reserved], [ANSWER, 0])
  })

  it('refuses with 429, the reason, and the time until the day turns, and asks no model', async () => {
    await using it = await start(said('Hello'), { limit: '0.1usd/day' })
    const { status, headers, json } = await ask().send(it.axon.url)
    assert.equal(status, 429)
    assert.equal(json.message, "The day's budget of this miner leaves too little until the day (UTC) turns")
    const leftS = (86_400_000 - (Date.now() % 86_400_000)) / 1000
    assert.ok(Math.abs(Number(headers['retry-after']) - leftS) < 60)
    assert.equal(it.models[0]!.requests.length, 0)
    assert.deepEqual(it.events, [])
  })

  it('refuses one hotkey, and answers another', async () => {
    await using it = await start(said('Hello'), { each: '0.9usd/day', limit: 'none' })
    const of = async (by?: typeof charlie) => (await ask(signedRequest(by && { by })).send(it.axon.url)).status
    const statuses: number[] = []
    for (let at = 0; at < 40; at++) statuses.push(await of())
    assert.equal(statuses[0], 200)
    assert.equal(statuses.at(-1), 429)
    assert.equal(await of(charlie), 200)
  })

  it('is overshot by nothing by parallel requests at the limit', async () => {
    await using it = await start(said('Hello'), { limit: '2usd/day', concurrency: 16, queue: 300 })
    const statuses = await Promise.all(Array.from({ length: 200 }, async () => (await ask().send(it.axon.url)).status))
    const answers = statuses.filter(status => status === 200).length
    assert.ok(answers > 0 && answers < 200)
    assert.ok(statuses.every(status => status === 200 || status === 429))
    assert.equal(it.models[0]!.requests.length, answers)
    assert.ok(Math.abs(it.spent - answers * ANSWER) < 1e-9)
    assert.ok(it.spent <= 2)
    assert.equal(it.reserved, 0)
  })

  it('gives all back when the caller leaves the queue, and counts the most of an answer that it leaves', async () => {
    await using it = await start(stalled(), { concurrency: 1, queue: 4 })
    const cancelled = told(it.axon, 'cancelled')
    const first = new AbortController()
    const second = new AbortController()
    const leave = (signal: AbortSignal) => send(it.axon.url, signedRequest(), { signal }).catch(() => {})
    const leaving = leave(first.signal)
    await it.models[0]!.arrived(0)
    const most = it.reserved
    const waiting = leave(second.signal)
    while (it.reserved === most) await new Promise(setImmediate)
    second.abort()
    await waiting
    await cancelled
    assert.deepEqual([it.spent, it.reserved], [0, most])
    const gone = told(it.axon, 'cancelled')
    first.abort()
    await leaving
    await gone
    while (it.reserved > 0) await new Promise(setImmediate)
    assert.ok(it.spent > 0.5 && it.spent <= most)
  })

  it('counts nothing for what an endpoint refuses, the most for what may have cost, and the answer', async () => {
    const error = { error: { message: 'no' } }
    await using free = await start(answered(429, error), { others: [said('Hello')] })
    assert.equal((await ask().send(free.axon.url)).status, 200)
    assert.ok(Math.abs(free.spent - ANSWER) < 1e-9)

    await using paid = await start(cut(), { others: [said('Hello')] })
    assert.equal((await ask().send(paid.axon.url)).status, 200)
    assert.ok(paid.spent > 0.5)
    assert.equal(paid.reserved, 0)
  })

  it('counts both of a hedge, and the record tells which is unknown', async () => {
    await using it = await start(stalled(), { others: [said('Hello')], settings: { hedge: 20 } })
    const record = told(it.axon, 'answered')
    assert.equal((await ask().send(it.axon.url)).status, 200)
    const { attempts } = await record
    assert.deepEqual(
      attempts!.map(({ error, usage }) => [error, usage]),
      [
        ['HEDGE_LOST', undefined],
        [undefined, { promptTokens: 9, completionTokens: 2 }],
      ],
    )
    assert.ok(it.spent > 0.5 + ANSWER)
    assert.equal(it.reserved, 0)
  })

  it('does not let a dialect slip past that asks several times, and counts each answer', async () => {
    const question = { messages: [{ role: 'user', content: 'hi' }] } as const
    let asked = 0
    const answer = async ({ ask }: Call<unknown>) => {
      for (asked = 0; asked < 100; asked++) await ask(question)
      return { answer: 'all' }
    }
    await using it = await start(said('Hello'), { limit: '0.8usd/day', dialect: dialectOf({ answer }) })
    const { status, text } = await ask(signedRequest({ synapse: 'Ask', fields: { text: 'hi' }, hashed: [] })).send(
      it.axon.url,
    )
    assert.equal(status, 429, text)
    assert.match(text, /The day's budget of this miner leaves too little/)
    assert.ok(asked > 1 && asked < 100)
    assert.ok(Math.abs(it.spent - asked * ANSWER) < 1e-9)
    assert.ok(it.spent <= 0.8)
    assert.equal(it.reserved, 0)
  })

  for (const [limits, text] of [
    [{ each: '0.8usd/day' }, "The day's budget of this hotkey leaves too little until the day (UTC) turns"],
    [
      { limit: '0.8usd/day', each: '1usd/day' },
      "The day's budget of this miner leaves too little until the day (UTC) turns",
    ],
  ] as const)
    it(`refuses in the middle of a request with the reason: ${text}`, async () => {
      const answer = async ({ ask }: Call<unknown>) => {
        for (;;) await ask({ messages: [{ role: 'user', content: 'hi' }] })
      }
      await using it = await start(said('Hello'), { ...limits, dialect: dialectOf({ answer }) })
      const sent = signedRequest({ synapse: 'Ask', fields: { text: 'hi' }, hashed: [] })
      const { status, headers, json } = await ask(sent).send(it.axon.url)
      assert.deepEqual([status, json.message], [429, text])
      assert.ok(Number(headers['retry-after']) > 5 || Date.now() % 86_400_000 > 86_390_000)
    })

  it('says in the middle of a request that the rest is only reserved, or cannot be written', async () => {
    let error: Error | undefined
    const store = {
      async write() {
        if (error) throw error
      },
    }
    const limits = { all: parseDayLimit('1usd/day')!, each: null, hotkeys: new Map() }
    const budget = new Budget({ limits, least: 0, store, before: null, now: Date.now, onEvent() {} })
    const most = { endpoint: 'e', model: 'm', promptTokens: 0, completionTokens: 400 }
    const sources = [{ ...most, host: 'h', hasOtherTier: false, addedTokens: 0 }]
    const gate = openGate({ budget, prices: await openPriceList(prices, sources), sources })
    using purse = await gate.admit('alice', 0)
    using _other = await gate.admit('alice', 0)
    await purse.spend(most)
    const refused = async (usd: number) => {
      const failure = await purse.spend({ ...most, completionTokens: usd * 1_000 }).catch(failure => failure)
      const { status, code, message, headers } = toRefusal(failure, { id: '1', seconds: '12' })
      return [status, code, message, headers]
    }
    const retry = [['retry-after', '5']]
    const text = "The day's budget of this miner is reserved by requests in progress"
    assert.deepEqual(await refused(0.4), [429, 'BUDGET_SPENT', text, retry])
    error = new Error('the disk is full')
    assert.deepEqual(await refused(0.1), [503, 'BUDGET_UNWRITTEN', 'This request cannot be counted', retry])
  })

  it('counts an answer that two callers share once', async () => {
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    const answer: Behaviour = async (response, request) => {
      await held
      await said('Hello')(response, request)
    }
    await using it = await start(answer, { settings: { temperature: 0 } })
    const attempts: unknown[] = []
    using _heard = hear(it.axon.id, record => attempts.push(...record.attempts!.map(({ isShared }) => isShared)))
    const first = told(it.axon, 'started')
    const both = [ask().send(it.axon.url)]
    await first
    const second = told(it.axon, 'started')
    both.push(ask(signedRequest({ by: charlie })).send(it.axon.url))
    await second
    release()
    for (const { status } of await Promise.all(both)) assert.equal(status, 200)
    assert.deepEqual(attempts.sort(), [true, undefined])
    assert.equal(it.models[0]!.requests.length, 1)
    assert.ok(Math.abs(it.spent - ANSWER) < 1e-9)
    assert.equal(it.reserved, 0)
  })

  /** A model server that answers as it should once it is released. */
  function heldUntilReleased(behaviour: Behaviour) {
    const { promise, resolve: release } = Promise.withResolvers<void>()
    const held: Behaviour = async (response, request) => {
      await promise
      await behaviour(response, request)
    }
    return { held, release }
  }

  /** Alice asks, and Charlie the same while she waits. @returns how both are answered, and the attempts of each */
  async function askBoth(it: Awaited<ReturnType<typeof start>>, release: () => void) {
    const attempts = new Map<string | null, unknown>()
    using _heard = hear(it.axon.id, ({ hotkey, attempts: own }) =>
      attempts.set(
        hotkey,
        own!.map(({ endpoint, isShared }) => [endpoint, isShared]),
      ),
    )
    const first = told(it.axon, 'started')
    const asking = ask().send(it.axon.url)
    await first
    await it.models[0]!.arrived(0)
    const second = told(it.axon, 'started')
    const joining = ask(signedRequest({ by: charlie })).send(it.axon.url)
    await second
    release()
    return { alice: await asking, charlie: await joining, attempts }
  }

  it('has the next caller of a shared question pay, and refuses only the one whose budget is spent', async () => {
    const { held, release } = heldUntilReleased(cut())
    await using it = await start(held, {
      each: '50usd/day',
      hotkeys: { [alice.address]: '0.8usd/day' },
      others: [said('Hello')],
      settings: { temperature: 0 },
    })
    const answers = await askBoth(it, release)
    assert.equal(answers.alice.status, 429, answers.alice.text)
    assert.equal(
      answers.alice.json.message,
      "The day's budget of this hotkey leaves too little until the day (UTC) turns",
    )
    assert.equal(answers.charlie.status, 200, answers.charlie.text)
    assert.deepEqual(answers.attempts.get(charlie.address), [
      ['e0', true],
      ['e1', undefined],
    ])
    assert.equal(it.models[1]!.requests.length, 1)
    assert.ok(Math.abs(it.spentBy(charlie.address) - ANSWER) < 1e-9)
    assert.ok(it.spentBy(alice.address) > 0.5 && it.spentBy(alice.address) <= 0.8)
    assert.equal(it.reserved, 0)
  })

  it('refuses a model without a price that a question names', async () => {
    const answer = async ({ ask }: Call<unknown>) => {
      const { text } = await ask({ messages: [{ role: 'user', content: 'hi' }], model: 'dear' })
      return { answer: text }
    }
    await using it = await start(said('Hello'), { dialect: dialectOf({ answer }) })
    const sent = signedRequest({ synapse: 'Ask', fields: { text: 'hi' }, hashed: [] })
    assert.equal((await send(it.axon.url, sent)).status, 501)
    assert.equal(it.models[0]!.requests.length, 0)
    assert.deepEqual([it.spent, it.reserved], [0, 0])
  })
})
