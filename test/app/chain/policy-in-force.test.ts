import assert from 'node:assert/strict'
import { PolicyInForce } from '#dist/app/chain/policy-in-force.js'
import { makePolicySettings } from '#dist/policy/settings.js'
import { alice } from '../../support/signed-request.ts'

const settings = makePolicySettings().parse({ allow: [alice.address] })

describe('PolicyInForce', () => {
  it('changes as a whole, or not at all', () => {
    const taken: number[] = []
    const neuron = {
      takePolicy: ({ maxStandingsAgeMs }: { maxStandingsAgeMs: number }) => taken.push(maxStandingsAgeMs),
    }
    const policy = new PolicyInForce(settings, { place: { hasChain: true }, neuron })
    const { current } = policy.source
    assert.throws(() => policy.replace({ ...settings, allow: [], minStake: Number.POSITIVE_INFINITY }))
    assert.deepEqual(
      [policy.settings, policy.allows(alice.address), policy.source.current, taken],
      [settings, true, current, []],
    )
    policy.replace({ ...settings, allow: [], maxStandingsAge: 60_000 })
    assert.equal(policy.allows(alice.address), false)
    assert.notEqual(policy.source.current, current)
    assert.deepEqual(taken, [60_000])
  })

  it('is told to all, also when one of them fails', () => {
    const failures: unknown[] = []
    const onError = (error: unknown) => failures.push(error)
    const policy = new PolicyInForce(settings, { place: { hasChain: true }, neuron: null, onError })
    const error = new Error('not this one')
    policy.source.subscribe(() => {
      throw error
    })
    const told: object[] = []
    policy.source.subscribe(next => told.push(next))
    policy.replace({ ...settings, allow: [] })
    assert.deepEqual([failures, told], [[error], [policy.source.current]])
  })
})
