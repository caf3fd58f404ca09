import assert from 'node:assert/strict'
import type { Screened } from '#dist/axon/stages/screen.js'
import { overloadOf, shed } from '#dist/axon/stages/shed.js'
import { Weights } from '#dist/axon/state/weights.js'
import { Refusal } from '#dist/wires/refusal.js'
import { dialectOf } from '../dialect-of.ts'

const neither = {
  standing: 'unregistered',
  isStranger: false,
  isExempt: false,
  isAllowed: false,
  stakeRao: 0n,
} as const
const registered = (stakeRao: bigint, hasPermit = true): Screened => {
  return { ...neither, standing: { uid: 0, stakeRao, hasPermit }, stakeRao }
}
const callers: Readonly<Record<string, Screened>> = {
  stranger: { ...neither, isStranger: true },
  'registered without a permit': registered(1_000n, false),
  'with the least stake': registered(1n),
  allowed: { ...neither, isAllowed: true, isExempt: true },
  'in the third quarter': registered(51n),
  'with the highest stake': registered(64n),
}

/** An axon whose loop is so late; stakes of 1 to 64 RAO have asked. */
function shedding(ms: number) {
  const weights = new Weights()
  for (let stake = 1; stake <= 64; stake++) weights.ofStake(`${stake}`, BigInt(stake))
  return { loopDelay: { ms }, loopDelayLimitMs: 100, weights }
}

function taken(ms: number, queue?: false): string[] {
  const route = dialectOf(queue === false ? { queue } : {}).synapses.Ask!
  return Object.keys(callers).filter(name => {
    try {
      shed(shedding(ms), callers[name]!, route)
      return true
    } catch (error) {
      assert.ok(error instanceof Refusal && error.code === 'OVERLOADED' && error.status === 503)
      assert.deepEqual(error.headers, [['retry-after', '2']])
      return false
    }
  })
}

describe('an axon whose event loop is late', () => {
  it('takes all work up to its limit, then refuses strangers, then hotkeys without a permit, then by stake', () => {
    const all = Object.keys(callers)
    assert.deepEqual(taken(99), all)
    assert.deepEqual(taken(100), all.slice(1))
    assert.deepEqual(taken(199), all.slice(1))
    assert.deepEqual(taken(200), all.slice(2))
    assert.deepEqual(taken(300), all.slice(3))
    assert.deepEqual(taken(400), all.slice(4))
    assert.deepEqual(taken(500), all.slice(5))
    assert.deepEqual(taken(700), all.slice(5))
    assert.deepEqual(taken(900), [])
  })

  it('answers routes that take no place all the same', () => {
    assert.deepEqual(taken(10_000, false), Object.keys(callers))
  })

  it('tells who is refused', () => {
    const told = [0, 99, 100, 200, 300, 1_000.4].map(ms => overloadOf(shedding(ms)))
    assert.deepEqual(told, [
      undefined,
      undefined,
      { loopDelayMs: 100, sheds: 'strangers' },
      { loopDelayMs: 200, sheds: 'unpermitted' },
      { loopDelayMs: 300, sheds: 'byStake' },
      { loopDelayMs: 1000, sheds: 'byStake' },
    ])
  })
})
