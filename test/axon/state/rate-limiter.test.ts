import assert from 'node:assert/strict'
import { addressKey, RateLimiter } from '#dist/axon/state/rate-limiter.js'
import { Refusal } from '#dist/wires/refusal.js'

const rate = { limit: 10, windowMs: 10_000 }

describe('rates', () => {
  it('fill evenly, and up to the limit', () => {
    let now = 0
    const rates = new RateLimiter(() => now)
    rates.take('a', rate, 10)
    assert.throws(() => rates.take('a', rate), Refusal)
    now = 2_500
    rates.take('a', rate, 2)
    assert.throws(() => rates.take('a', rate), Refusal)
    now = 1_000_000
    assert.throws(() => rates.take('a', rate, 11), Refusal)
    rates.take('a', rate, 10)
  })

  it('say when to come again', () => {
    const rates = new RateLimiter(() => 0)
    rates.take('a', rate, 10)
    for (const [cost, seconds] of [
      [1, '1'],
      [4, '4'],
      [99, '10'],
    ] as const)
      assert.throws(
        () => rates.take('a', rate, cost),
        ({ headers }: Refusal) => headers[0]![1] === seconds,
      )
  })

  it('take no cost that is none', () => {
    const rates = new RateLimiter(() => 0)
    assert.throws(() => rates.take('a', rate, Number.NaN), Refusal)
    rates.take('a', rate, -100)
    rates.take('a', rate, 10)
    assert.throws(() => rates.take('a', rate), Refusal)
  })

  it('go on from what they held when the clock steps back', () => {
    let now = 10_000_000
    const rates = new RateLimiter(() => now)
    rates.take('a', rate, 10)
    now = 0
    assert.throws(
      () => rates.take('a', rate),
      ({ headers }: Refusal) => headers[0]![1] === '1',
    )
    now = 1_000
    rates.take('a', rate)
    assert.throws(() => rates.take('a', rate), Refusal)
  })

  it('count from their change on, and keep what the time before has filled', () => {
    let now = 0
    const rates = new RateLimiter(() => now)
    const quick = { limit: 600, windowMs: 60_000 }
    const slow = { limit: 600, windowMs: 86_400_000 }
    rates.take('a', quick, 600)
    rates.take('b', slow, 600)
    now = 3_600_000
    rates.endRates()
    assert.deepEqual([rates.left('a', slow), rates.left('b', quick)], [600, 25])
    now += 30_000
    assert.deepEqual([rates.left('a', rate), rates.left('b', quick)], [10, 325])
    rates.take('b', quick, 325)
    rates.endRates()
    now += 144_000
    assert.equal(rates.left('b', slow), 1)
  })
})

describe('an address as rates count it', () => {
  for (const [address, key] of [
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ] as const)
    it(address, () => assert.equal(addressKey(address), key))
})
