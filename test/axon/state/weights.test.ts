import assert from 'node:assert/strict'
import { Weights } from '#dist/axon/state/weights.js'

const tao = (amount: number) => BigInt(amount) * 1_000_000_000n

describe('weights of hotkeys', () => {
  it('are their stakes in proportion to the mean of those that ask', () => {
    const weights = new Weights()
    for (const [hotkey, stake] of Object.entries({ a: 100, b: 300, c: 200 })) weights.ofStake(hotkey, tao(stake))
    assert.equal(weights.ofStake('a', tao(100)), 0.5)
    assert.equal(weights.ofStake('b', tao(300)), 1.5)
  })

  it('have a floor, so that a hotkey gets a fifth of an equal share at least, and all without stake no more together', () => {
    const weights = new Weights()
    const stakes = [1_000_000, 500_000, ...Array(98).fill(0)]
    const all = () => stakes.map((stake, at) => weights.ofStake(`${at}`, tao(stake)))
    all()
    const total = all().reduce((sum, weight) => sum + weight, 0)
    const [lowest] = all().slice(2)
    assert.ok(lowest! / total >= 1 / (5 * stakes.length))
    assert.ok((98 * lowest!) / total <= 1 / 5)
    assert.ok(all()[0]! > all()[1]! && all()[1]! > lowest!)
  })

  it('are those of all callers alike while none has stake', () => {
    const weights = new Weights()
    assert.equal(weights.median, 1)
    assert.equal(weights.ofStake('a', 0n), 1)
    assert.equal(weights.median, 1)
  })

  it('give an allowed hotkey without stake the median of those with stake', () => {
    const weights = new Weights()
    for (const [at, stake] of [0, 0, 0, 10, 20, 70].entries()) weights.ofStake(`${at}`, tao(stake))
    assert.equal(weights.median, weights.ofStake('4', tao(20)))
  })

  it('tell which share of the callers with stake has less', () => {
    const weights = new Weights()
    assert.equal(weights.shareBelow(tao(5)), 0)
    for (const [at, stake] of [0, 10, 20, 30, 40].entries()) weights.ofStake(`${at}`, tao(stake))
    assert.deepEqual(
      [0, 10, 25, 40, 50].map(stake => weights.shareBelow(tao(stake))),
      [0, 0, 0.5, 0.75, 1],
    )
  })

  it('follow a stake that changes, and forget a hotkey that has not asked for an hour', () => {
    let now = 0
    const weights = new Weights(() => now)
    weights.ofStake('gone', tao(1_000))
    weights.ofStake('here', tao(10))
    weights.ofStake('here', tao(1_000))
    assert.equal(weights.ofStake('here', tao(1_000)), 1)
    now = 3_600_001
    assert.equal(weights.ofStake('here', tao(10)), 1)
    assert.equal(weights.shareBelow(tao(11)), 1)
  })

  it('forget the hotkey that has not asked for the longest time when there are too many', () => {
    let now = 0
    const weights = new Weights(() => now++)
    for (const hotkey of ['kept', 'forgotten']) weights.ofStake(hotkey, tao(1_000_000))
    weights.ofStake('kept', tao(1_000_000))
    for (let at = 0; at < 4_095; at++) weights.ofStake(`${at}`, tao(1))
    assert.equal(weights.shareBelow(tao(1_000_001)), 1)
    assert.equal(weights.shareBelow(tao(1_000_000)), 4_095 / 4_096)
  })

  it('remember no more hotkeys than a subnet can have', () => {
    const weights = new Weights()
    weights.ofStake('first', tao(1_000_000))
    for (let at = 0; at < 4_096; at++) weights.ofStake(`${at}`, tao(1))
    assert.equal(weights.ofStake('4095', tao(1)), 1)
  })
})
