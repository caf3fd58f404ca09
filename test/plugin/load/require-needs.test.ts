import assert from 'node:assert/strict'
import { requireNeeds } from '#dist/plugin/load/require-needs.js'
import type { Miner } from '#dist/plugin/miner.js'

describe('what a dialect needs', () => {
  const miner = (more: object) => ({ name: 'shout', miner: { prompt() {}, ...more } as unknown as Miner })

  it('is nothing by default', () => requireNeeds({ name: 'd' }, miner({})))

  it('is met when the miner declares the capability, or has the function', () => {
    const can = miner({ capabilities: () => ({ tools: true, logprobs: true }), relay() {}, embed() {} })
    requireNeeds({ name: 'd', needs: ['tools', 'logprobs', 'relay', 'embed'] }, can)
  })

  it('is listed completely when the miner lacks it', () => {
    const can = miner({ capabilities: () => ({ tools: true, responseFormat: false }), relay: true })
    assert.throws(() => requireNeeds({ name: 'd', needs: ['tools', 'responseFormat', 'relay'] }, can), {
      code: 'MINER_LACKS',
      message: "the miner shout cannot do what the dialect d needs: response formats, the model's own bytes (relay)",
    })
  })
})
