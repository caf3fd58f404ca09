import assert from 'node:assert/strict'
import type { Miner } from '#dist/plugin/miner.js'
import { listSources } from '#dist/plugin/run/list-sources.js'

const miner = (sources?: unknown): Miner => ({
  async *prompt() {
    yield 'hi'
    return { model: 'm', finishReason: 'stop' }
  },
  ...(sources !== undefined && { sources: (() => sources) as NonNullable<Miner['sources']> }),
})
const fine = {
  ...{ endpoint: 'e', model: 'm', host: 'h', hasOtherTier: false },
  ...{ addedTokens: 0, completionTokens: null },
}

describe('listSources', () => {
  it('returns those of the miner, and none when it does not tell', () => {
    const sources = [fine, { ...fine, completionTokens: 9, answers: 3 }]
    assert.deepEqual(listSources(miner(sources)), sources)
    assert.deepEqual(listSources(miner([])), [])
    assert.deepEqual(listSources(miner()), [])
  })

  it('accepts only what the type allows', () => {
    for (const wrong of [
      null,
      'fine',
      {},
      [null],
      [{ endpoint: 'e', model: 'm' }],
      [{ ...fine, addedTokens: Number.NaN }],
      [{ ...fine, completionTokens: -1 }],
      [{ ...fine, completionTokens: 0.5 }],
      [{ ...fine, answers: 0 }],
    ])
      assert.throws(() => listSources(miner(wrong)), { name: 'NoAnswer', code: 'MINER_MISBEHAVES' })
    const hint = /^the miner returned an invalid list of sources: 1\.addedTokens: /
    assert.throws(() => listSources(miner([fine, { ...fine, addedTokens: '1' }])), { message: hint })
  })
})
