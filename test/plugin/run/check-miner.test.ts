import assert from 'node:assert/strict'
import type { Check, Miner } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { checkMiner } from '#dist/plugin/run/check-miner.js'

const { signal: never } = new AbortController()
const miner = (check?: Miner['check']): Miner => ({
  async *prompt() {
    yield 'hi'
    return { model: 'm', finishReason: 'stop' }
  },
  ...(check && { check }),
})
const fine: Check = { name: 'main', findings: { reachable: true, total: 5, keyAccepted: null } }

describe('checkMiner', () => {
  it('returns the results of the miner, and an empty list when it has no check', async () => {
    assert.deepEqual(
      await checkMiner(
        miner(async () => [fine]),
        never,
      ),
      [fine],
    )
    assert.deepEqual(await checkMiner(miner(), never), [])
  })

  it('passes on each result as the miner reports it, if its type allows it', async () => {
    const reported: Check[] = []
    const leave = new AbortController()
    const checked = await checkMiner(
      miner(async (_, { quick, onCheck } = {}) => {
        assert.equal(quick, true)
        onCheck!(fine)
        onCheck!('wrong' as unknown as Check)
        leave.abort()
        onCheck!(fine)
        return [fine]
      }),
      leave.signal,
      { quick: true, onCheck: check => void reported.push(check) },
    ).catch(() => 'aborted')
    assert.equal(checked, 'aborted')
    assert.deepEqual(reported, [fine])
  })

  it('calls the check as a method of the miner', async () => {
    class Named {
      readonly name = 'main'
      prompt = miner().prompt
      async check() {
        return [{ name: this.name, findings: {} }]
      }
    }
    assert.deepEqual(await checkMiner(new Named(), never), [{ name: 'main', findings: {} }])
  })

  it('accepts only what the type allows', async () => {
    const wrong = [
      null,
      {},
      'x',
      [null],
      [{ findings: {} }],
      [{ ...fine, findings: { total: NaN } }],
      [{ ...fine, problem: {} }],
    ]
    for (const found of wrong) {
      const checking = checkMiner(
        miner(async () => found as never),
        never,
      )
      await assert.rejects(
        checking,
        (error: NoAnswer) => error instanceof NoAnswer && error.code === 'MINER_MISBEHAVES',
      )
    }
  })

  it('stops waiting when the signal aborts', async () => {
    const leave = new AbortController()
    const checking = checkMiner(
      miner(() => new Promise(() => {})),
      leave.signal,
    )
    leave.abort(new Error('enough'))
    await assert.rejects(checking, /enough/)
    let isAsked = false
    const asks = miner(async () => {
      isAsked = true
      return []
    })
    await assert.rejects(checkMiner(asks, leave.signal), /enough/)
    assert.equal(isAsked, false)
  })

  it('passes the errors of a miner on', async () => {
    const breaks = miner(() => {
      throw new Error('broken')
    })
    await assert.rejects(checkMiner(breaks, never), /broken/)
  })
})
