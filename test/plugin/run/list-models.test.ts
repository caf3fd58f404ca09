import assert from 'node:assert/strict'
import type { Miner, ModelList } from '#dist/plugin/miner.js'
import { listModels } from '#dist/plugin/run/list-models.js'

const { signal: never } = new AbortController()
const miner = (models?: unknown): Miner => ({
  async *prompt() {
    yield 'hi'
    return { model: 'm', finishReason: 'stop' }
  },
  ...(models !== undefined && { models: models as NonNullable<Miner['models']> }),
})
const fine: ModelList = { name: 'main', configured: 'a', models: [{ id: 'a', configured: true }] }

describe('listModels', () => {
  it('returns the lists of the miner, and null when it has no such method', async () => {
    const lists = [fine, { name: 'other', models: [], problem: { code: 'X', message: 'no' } }]
    assert.deepEqual(
      await listModels(
        miner(async () => lists),
        never,
      ),
      lists,
    )
    assert.equal(await listModels(miner(), never), null)
  })

  it('accepts only what the type allows', async () => {
    for (const wrong of [
      null,
      'fine',
      {},
      ['a'],
      [{ name: 'a' }],
      [{ ...fine, models: ['a'] }],
      [{ ...fine, notes: 1 }],
    ])
      await assert.rejects(
        listModels(
          miner(async () => wrong),
          never,
        ),
        { code: 'MINER_MISBEHAVES' },
      )
  })

  it('ends with its signal, also when the miner does not', async () => {
    const leaving = new AbortController()
    const listing = listModels(
      miner(() => new Promise(() => {})),
      leaving.signal,
    )
    leaving.abort(new Error('enough'))
    await assert.rejects(listing, /enough/)
    await assert.rejects(
      listModels(
        miner(async () => [fine]),
        leaving.signal,
      ),
      /enough/,
    )
  })
})
