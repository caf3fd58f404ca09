import assert from 'node:assert/strict'
import type { RequestEntry } from '#dist/admin/api.js'
import type { Axon } from '#dist/axon/serve-axon.js'
import { LiveFigures } from '#dist/observe/live-figures.js'
import { RequestStats } from '#dist/observe/request-stats.js'
import type { FigureSources } from '#dist/observe/sources.js'
import type { Miner } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import type { Standings } from '#dist/plugin/standing.js'
import { alice, bob, charlie, freshNonce, send, signedRequest, type Wanted } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'

/** Answers, fails or says what it used, as the question asks. */
const model: Miner = {
  async *prompt({ messages }, { onAttempt }) {
    const said = messages.at(-1)!.content
    if (said === 'fail') {
      onAttempt?.({
        endpoint: 'main',
        model: 'small',
        ms: 3,
        error: 'SERVER_ERROR',
        usage: { promptTokens: 7, completionTokens: 0 },
      })
      throw new NoAnswer('upstream', 'it failed', { code: 'SERVER_ERROR' })
    }
    yield said
    const usage = { promptTokens: 10, cachedTokens: 4, completionTokens: 5 }
    return { model: 'small', finishReason: 'stop', usage, attempts: [{ endpoint: 'main', model: 'small', ms: 2 }] }
  },
}

const standings: Standings = hotkey =>
  hotkey === alice.address ? { uid: 7, stakeRao: 2_500_000_000n, hasPermit: true } : 'unregistered'

function open(axon: Axon, sources: Partial<FigureSources> = {}, now = Date.now) {
  const common = { axon: axon.id, hotkey: bob.address, now, onError: assert.ifError }
  const stats = new RequestStats({ ...common, hasRow: hotkey => hotkey !== charlie.address })
  const figures = new LiveFigures({
    ...common,
    stats,
    standings,
    mayAsk: hotkey => hotkey === alice.address,
    sources: {
      miner: {
        version: '1',
        pid: 1,
        url: axon.url,
        port: axon.port,
        hotkey: bob.address,
        use: 'model',
        models: ['small'],
        dialect: 'prompting',
        wires: ['synapse'],
      },
      isDraining: () => false,
      load: () => axon.load(),
      ...sources,
    },
  })
  return Object.assign(figures, {
    [Symbol.dispose]() {
      stats[Symbol.dispose]()
      LiveFigures.prototype[Symbol.dispose].call(figures)
    },
  })
}

describe('live figures', () => {
  const ask = async (axon: Axon, text: string, as = alice) => {
    await send(axon.url, signedRequest({ by: as, fields: { roles: ['user'], messages: [text], completion: '' } }))
  }

  it('tells how the requests of each proven caller ended, how fast and with how many tokens', async () => {
    await using axon = await startAxon({ miner: model })
    using figures = open(axon)
    await ask(axon, 'hello')
    await ask(axon, 'again')
    await ask(axon, 'fail')
    await ask(axon, 'hello', charlie)
    await fetch(`${axon.url}/Prompting`, { method: 'POST', body: '{}' })
    const { requests, tokens, validators, latency, dropped, chain, money, endpoints, miner } = figures.status()
    const { perSecond: _, unprovenPerSecond: __, strangersPerSecond: ___, signed, ...counts } = requests
    assert.deepEqual(counts, { answered: 3, refused: 1, failed: 1, cancelled: 0, unproven: 0, strangers: 1 })
    assert.deepEqual(signed, { answered: 3, refused: 0, failed: 1, cancelled: 0 })
    assert.deepEqual(tokens, { prompt: 37, cached: 12, completion: 15, reasoning: 0 })
    assert.equal(latency.total?.count, 3)
    assert.equal(latency.firstToken?.count, 3)
    assert.equal(validators.length, 1)
    const { hotkey, uid, stakeTao, hasPermit, answered, failed, reasons, total, tokens: ofAlice } = validators[0]!
    assert.deepEqual(
      { hotkey, uid, stakeTao, hasPermit, answered, failed, reasons },
      {
        hotkey: alice.address,
        uid: 7,
        stakeTao: 2.5,
        hasPermit: true,
        answered: 2,
        failed: 1,
        reasons: [{ code: 'UPSTREAM_FAILED', count: 1 }],
      },
    )
    assert.equal(total?.count, 2)
    assert.equal(ofAlice.prompt, 27)
    assert.deepEqual(
      figures.status().reasons.map(({ code, count, strangers }) => [code, count, strangers]),
      [
        ['UPSTREAM_FAILED', 1, 0],
        ['NOT_VERIFIED', 1, 1],
      ],
    )
    assert.equal(dropped, 0)
    assert.equal(miner.isDraining, false)
    assert.deepEqual([chain, money, endpoints], [undefined, undefined, undefined])
  })

  it('tells that no request of those that may ask is proven, and why, until one is', async () => {
    let now = Date.now()
    await using axon = await startAxon({ miner: model, now: () => now })
    using figures = open(axon, {}, () => now)
    const ask = (more: Wanted = {}) => send(axon.url, signedRequest({ nonce: freshNonce(now), ...more }))
    assert.equal((await ask({ by: charlie, text: 'forged' })).status, 401)
    assert.equal(figures.status().requests.problem, undefined)
    for (let at = 0; at < 3; at++) assert.equal((await ask({ nonce: freshNonce(now - 600_000) })).status, 401)
    assert.equal((await ask({ receiver: charlie.address })).status, 401)
    const { requests } = figures.status()
    assert.deepEqual([requests.refused, requests.unproven, requests.strangers], [5, 4, 1])
    assert.equal(
      requests.problem,
      '4 requests that name validators were refused before proof in the last 5 minutes, and none was proven (Nonce is too old: 3, Signature mismatch: 1): ' +
        "check this machine's clock, the headers that a proxy passes on, and the announced hotkey; run miner doctor",
    )
    assert.equal((await ask({ by: charlie })).status, 200)
    assert.ok(figures.status().requests.problem)
    assert.equal((await ask()).status, 200)
    assert.equal(figures.status().requests.problem, undefined)
    now += 330_000
    await ask({ text: 'forged' })
    assert.match(
      figures.status().requests.problem!,
      /^1 request that names a validator was refused .*\(Signature mismatch: 1\)/,
    )
    now += 330_000
    assert.equal(figures.status().requests.problem, undefined)
  })

  it('tells which command explains it when the rules refuse all that name a validator', async () => {
    await using axon = await startAxon({ rules: [() => ({ allow: false, reason: 'stake is too low' })] })
    using figures = open(axon)
    await ask(axon, 'hello')
    assert.match(
      figures.status().requests.problem!,
      /\(stake is too low: 1\): miner policy explain tells which rule refuses a hotkey$/,
    )
  })

  it('tells of each endpoint its last error, and of the money what it is told', async () => {
    await using axon = await startAxon({ miner: model })
    const main = { endpoint: 'main', breaker: 'closed' as const, failures: 1, restMs: 0, keys: [{ restMs: 0 }] }
    using figures = open(axon, {
      health: () => [main, { ...main, endpoint: 'other' }],
      money: {
        costOf: ({ attempts }) => (attempts ? { usd: 0.25, unknown: 1 } : { usd: 0.5, unknown: 0 }),
        costsOf: () => [],
        status: () => ({ today: { unknown: 1 } }),
        spentBy: () => ({ usd: 0.75, unknown: 1 }),
        budgetOf: hotkey => (hotkey === alice.address ? { usdPerDay: 1, usedUsd: 0.75, isSpent: false } : undefined),
        hotkeyBudgets: () => undefined,
      },
    })
    await ask(axon, 'hello')
    await ask(axon, 'fail')
    const { endpoints, money, validators } = figures.status()
    assert.equal(endpoints?.[0]?.lastError?.code, 'SERVER_ERROR')
    assert.equal(endpoints?.[1]?.lastError, undefined)
    assert.deepEqual(money?.today, { unknown: 1 })
    assert.deepEqual([validators[0]?.usd, validators[0]?.unpriced], [0.75, 1])
    assert.deepEqual(validators[0]?.budget, { usdPerDay: 1, usedUsd: 0.75, isSpent: false })
    assert.deepEqual(
      figures.requests(2).map(({ usd }) => usd),
      [undefined, 0.5],
    )
  })

  it('lists the last requests of proven callers, without what was said', async () => {
    await using axon = await startAxon({ miner: model })
    using figures = open(axon)
    const heard: RequestEntry[] = []
    figures.listen({ request: entry => heard.push(entry), second() {} })
    await ask(axon, 'a secret question')
    await ask(axon, 'fail')
    await fetch(`${axon.url}/Prompting`, { method: 'POST', body: '{}' })
    const [last, first, ...more] = figures.requests(100)
    assert.deepEqual(more, [])
    assert.deepEqual(heard, [first, last])
    assert.equal(last?.outcome, 'failed')
    assert.deepEqual([last.code, last.status], ['UPSTREAM_FAILED', 502])
    assert.equal(last.attempts?.[0]?.error, 'SERVER_ERROR')
    const { synapse, endpoint, model: by, usage, times, ms } = first!
    assert.deepEqual([synapse, endpoint, by, usage?.completionTokens], ['Prompting', 'main', 'small', 5])
    assert.ok(times.claimed! <= times.verified! && times.verified! <= times.placed! && times.placed! <= times.done)
    assert.equal(times.done, ms)
    assert.doesNotMatch(JSON.stringify([figures.requests(100), figures.status()]), /secret question/)
  })

  it('keeps the last 500', async () => {
    await using axon = await startAxon({ miner: model })
    using figures = open(axon)
    const heard: string[] = []
    figures.listen({ request: ({ id }) => heard.push(id), second() {} })
    for (let batch = 0; batch < 51; batch++) await Promise.all(Array.from({ length: 10 }, () => ask(axon, 'hello')))
    assert.deepEqual(
      figures.requests(1_000).map(({ id }) => id),
      heard.toReversed().slice(0, 500),
    )
  })
})
