import assert from 'node:assert/strict'
import { type ConfigError, openMiner } from '#dist/embed/index.js'
import type { DialectPlugin } from '#dist/index.js'
import { bob } from '../support/signed-request.ts'

const policy = { allow: [bob.address], rate: '30/min' }

/** A dialect whose route takes any hotkey. */
const open: DialectPlugin = ({ defineDialect, defineRoute, z }) => {
  const terms = { body: z.object({}), hashed: [], rules: false, example: {}, answer: async () => ({}) } as const
  return defineDialect({
    name: 'open',
    summary: 'open to any hotkey',
    follows: 'nobody/nothing@0000000',
    synapses: { Ask: defineRoute(terms) },
  })
}

describe('openMiner, on settings that do nothing', () => {
  it('refuses them with those that contradict each other', async () => {
    const settings = {
      axon: { storeSecret: 'sixteen letters!', maxBody: 131_072 },
      limits: { bodies: 65_536 },
      policy,
    }
    await assert.rejects(openMiner({ use: 'echo', settings }), (error: ConfigError) => {
      assert.deepEqual(
        error.problems.map(({ message }) => message),
        [
          'policy.rate has no effect: without a chain only the hotkeys of policy.allow may ask, for which it does not hold',
          'axon.storeSecret has no effect, because axon.store is memory',
          'limits.bodies cannot be below axon.maxBody, which is 128KiB',
        ],
      )
      return true
    })
  })

  it('takes a rate where a route is open to others than the hotkeys of policy.allow', async () => {
    await using scope = await openMiner({ use: 'echo', dialect: open, settings: { policy } })
    assert.ok(scope)
  })
})
