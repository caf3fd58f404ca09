import assert from 'node:assert/strict'
import { Payers } from '#dist/miners/openai/pool/payers.js'
import type { MostUsage } from '#dist/plugin/money/spending.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { asked } from '../../ask.ts'

const most: MostUsage = { endpoint: 'main', model: 'm', promptTokens: 1, completionTokens: 1 }

describe('the callers who pay for a shared call', () => {
  const ended: string[] = []
  const refused: string[] = []
  beforeEach(() => {
    ended.length = 0
    refused.length = 0
  })

  /** A caller whose budget allows this many attempts. */
  function caller(name: string, attempts: number) {
    let left = attempts
    const spend = async () => {
      if (left-- > 0) return { end: () => void ended.push(name) }
      throw new NoAnswer('budget', `the budget of ${name} leaves too little`, { code: 'MODEL_OVER_BUDGET' })
    }
    return { ...asked(), spend }
  }
  const queue = (...callers: ReturnType<typeof caller>[]) => {
    const payers = new Payers(callers[0]!)
    for (const one of callers)
      payers.join(one, ({ message }) => {
        refused.push(message)
        payers.leave(one)
      })
    return payers
  }

  it('are asked in their order, and those whose budget is spent are refused when another pays', async () => {
    const [alice, bob, charlie] = [caller('alice', 1), caller('bob', 0), caller('charlie', 2)]
    const payers = queue(alice, bob, charlie)
    ;(await payers.spend(most)).end(undefined)
    assert.deepEqual([ended, payers.takeEnded() === alice], [['alice'], true])
    ;(await payers.spend(most)).end(undefined)
    assert.deepEqual([ended[1], payers.takeEnded() === charlie], ['charlie', true])
    assert.deepEqual(refused, ['the budget of alice leaves too little', 'the budget of bob leaves too little'])
  })

  it('stay when they have paid for an attempt in progress, which a hedge of another caller does not end', async () => {
    const [alice, bob] = [caller('alice', 1), caller('bob', 1)]
    const payers = queue(alice, bob)
    const first = await payers.spend(most)
    const hedge = await payers.spend(most)
    assert.deepEqual(refused, [])
    hedge.end(undefined)
    assert.equal(payers.takeEnded(), bob)
    first.end(undefined)
    assert.equal(payers.takeEnded(), alice)
  })

  it('stay when no budget allows an attempt, because a cheaper endpoint may be asked next', async () => {
    const payers = queue(caller('alice', 0), caller('bob', 0))
    await assert.rejects(payers.spend(most), { reason: 'budget', message: /alice/ })
    assert.deepEqual(refused, [])
  })

  it('leave what they pay for to the first of those that still wait', async () => {
    const [alice, bob] = [caller('alice', 1), caller('bob', 1)]
    const payers = queue(alice, bob)
    const spending = await payers.spend(most)
    assert.equal(payers.leave(alice), true)
    assert.equal(payers.leave(alice), false)
    spending.end(undefined)
    assert.deepEqual([ended, payers.takeEnded() === bob], [['alice'], true])
    payers.leave(bob)
    assert.equal(payers.isEmpty, true)
    await assert.rejects(payers.spend(most), { name: 'AbortError' })
  })

  it('are not refused for what is no matter of their budget', async () => {
    const error = new Error('the disk is full')
    const payers = queue({ ...asked(), spend: () => Promise.reject(error) }, caller('bob', 1))
    await assert.rejects(payers.spend(most), error)
    assert.deepEqual(refused, [])
  })
})
