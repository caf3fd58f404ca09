import assert from 'node:assert/strict'
import { ChainError } from '#dist/chain/chain-error.js'
import { backoffMs, ChainEndpoint } from '#dist/chain/connect/chain-endpoint.js'
import { endpointName } from '#dist/chain/connect/endpoint-name.js'
import { defaultLimits } from '#dist/chain/connect/limits.js'
import { parseRetryAfter, rateLimitOf } from '#dist/chain/connect/rate-limit.js'

describe('endpointName', () => {
  for (const [url, name] of [
    ['wss://entrypoint-finney.opentensor.ai:443', 'wss://entrypoint-finney.opentensor.ai'],
    ['ws://user:password@[::1]:9944/?apikey=1#2', 'ws://[::1]:9944'],
    ['wss://node.example/short-key', 'wss://node.example'],
    ['wss://node.example:444/v2/0123456789abcdef0123456789/ws', 'wss://node.example:444'],
  ] as const)
    it(`shows ${url} as ${name}`, () => {
      assert.equal(endpointName(url), name)
    })
})

describe('ChainEndpoint', () => {
  const failure = (code: 'CALL_FAILED' | 'ENDPOINT_BUSY' | 'WRONG_CHAIN', wait?: number) =>
    new ChainError(code, code, { hint: '', retryAfterMs: wait })
  const limits = { ...defaultLimits, restMs: 1_000, maxRestMs: 8_000 }

  it('rests twice as long after each failure, up to a bound, until a call goes well', () => {
    const endpoint = new ChainEndpoint('ws://127.0.0.1:1', limits)
    const rests = Array.from({ length: 6 }, () => endpoint.fail(failure('CALL_FAILED')).restMs)
    for (const [at, full] of [1_000, 2_000, 4_000, 8_000, 8_000, 8_000].entries())
      assert.ok(rests[at]! > full / 2 && rests[at]! <= full, `${rests[at]} of ${full}`)
    endpoint.succeed()
    assert.ok(endpoint.fail(failure('CALL_FAILED')).restMs <= 1_000)
  })

  it('rests as long as it asks, or half a minute when it limits the rate and names no time', () => {
    const rest = (error: ChainError) => new ChainEndpoint('ws://127.0.0.1:1', limits).fail(error).restMs
    assert.equal(rest(failure('ENDPOINT_BUSY', 5_000)), 5_000)
    assert.equal(rest(failure('ENDPOINT_BUSY')), 30_000)
    assert.equal(rest(failure('CALL_FAILED', 5_000)), 5_000)
    assert.equal(rest(failure('WRONG_CHAIN')), 600_000)
  })

  it('reports a failure as news when it is another than the last', () => {
    const endpoint = new ChainEndpoint('ws://127.0.0.1:1', limits)
    const isNews = (code: 'CALL_FAILED' | 'ENDPOINT_BUSY') => endpoint.fail(failure(code)).isNews
    assert.deepEqual([isNews('CALL_FAILED'), isNews('CALL_FAILED'), isNews('ENDPOINT_BUSY')], [true, false, true])
    endpoint.succeed()
    assert.equal(isNews('ENDPOINT_BUSY'), true)
  })

  it('never waits longer than the bound, however often it failed', () => {
    assert.equal(backoffMs(10_000, limits, 0), 8_000)
    assert.equal(backoffMs(0, limits, 0), 1_000)
    assert.equal(backoffMs(0, limits, 1), 500)
  })
})

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-11-28T12:00:00Z')
  for (const [header, ms] of [
    ['7', 7_000],
    [' 0 ', 0],
    ['0.5', 500],
    ['Sat, 28 Nov 2026 12:00:30 GMT', 30_000],
    ['Sat, 28 Nov 2026 11:00:00 GMT', 0],
    ['999999999', 3_600_000],
    ['soon', undefined],
    [undefined, undefined],
  ] as const)
    it(`reads ${header} as ${ms} ms`, () => {
      assert.equal(parseRetryAfter(header, now), ms)
    })
})

describe('rateLimitOf', () => {
  for (const error of [
    { code: 429, message: 'slow down' },
    { code: -32_029, message: 'Too Many Requests' },
    { code: -32_999, message: 'RPC rate limit' },
    { code: -32_009, message: 'Server is busy, try again later' },
    { code: -32_000, message: 'rate-limit exceeded' },
  ])
    it(`recognises ${JSON.stringify(error)}`, () => {
      assert.deepEqual(rateLimitOf(error), { retryAfterMs: undefined })
    })

  it('reads how long to wait', () => {
    assert.equal(rateLimitOf({ code: 429, data: { retryAfter: 3 } })?.retryAfterMs, 3_000)
    assert.equal(
      rateLimitOf({ code: -32_005, message: 'rate limit', data: { retry_after: '2.5' } })?.retryAfterMs,
      2_500,
    )
    assert.equal(rateLimitOf({ code: 429, data: { rate: { backoff_seconds: 9 } } })?.retryAfterMs, 9_000)
    assert.equal(rateLimitOf({ code: 429, data: { retryAfter: 'soon' } })?.retryAfterMs, undefined)
  })

  for (const error of [
    { code: -32_601, message: 'Method not found' },
    { code: 1010, message: 'ServingRateLimitExceeded' },
    {},
    null,
    429,
  ])
    it(`takes ${JSON.stringify(error)} for another error`, () => {
      assert.equal(rateLimitOf(error), undefined)
    })
})
