import assert from 'node:assert/strict'
import type { Diagnosis, Miner } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { diagnoseMiner } from '#dist/plugin/run/diagnose-miner.js'

const { signal: never } = new AbortController()
const miner = (diagnose?: Miner['diagnose']): Miner => ({
  async *prompt() {
    yield 'hi'
    return { model: 'm', finishReason: 'stop' }
  },
  ...(diagnose && { diagnose }),
})
const fine: Diagnosis = { name: 'card', verdict: 'ok', message: 'there is one', how: 'nvidia-smi', hint: 'buy another' }

describe('diagnoseMiner', () => {
  it('returns what the miner found, and an empty list when it has no such method', async () => {
    const asked = miner(async () => [fine])
    assert.deepEqual(await diagnoseMiner(asked, never), [fine])
    assert.deepEqual(await diagnoseMiner(miner(), never), [])
  })

  it('accepts only what the type allows', async () => {
    for (const found of [null, {}, 'x', [null], [{ ...fine, verdict: 'fine' }], [{ name: 'x', verdict: 'ok' }]])
      await assert.rejects(
        diagnoseMiner(
          miner(async () => found as never),
          never,
        ),
        (error: NoAnswer) => error instanceof NoAnswer && error.code === 'MINER_MISBEHAVES',
      )
  })

  it('stops waiting when the signal aborts, and passes errors on', async () => {
    const leave = new AbortController()
    const hangs = miner(() => new Promise(() => {}))
    const asking = diagnoseMiner(hangs, leave.signal)
    leave.abort(new Error('enough'))
    await assert.rejects(asking, /enough/)
    await assert.rejects(
      diagnoseMiner(
        miner(async () => {
          throw new Error('broken')
        }),
        never,
      ),
      /broken/,
    )
  })
})
