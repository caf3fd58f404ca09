import assert from 'node:assert/strict'
import { refusalOf } from '#dist/axon/stages/refuse.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { send, signedRequest } from '../../support/signed-request.ts'
import { HeldMiner, startAxon } from '../../support/start-axon.ts'
import { assertRefused } from '../assert-refused.ts'
import { realSockets } from '../real-sockets.ts'
import { told } from '../told.ts'

describe('refusalOf', () => {
  realSockets()

  for (const [reason, retryAfterMs, seconds] of [
    ['busy', 20_100, '21'],
    ['budget', 0, '1'],
    ['loading', 1, '1'],
    ['busy', Number.MAX_VALUE, '86400'],
    ['busy', -1, undefined],
    ['busy', Number.NaN, undefined],
    ['upstream', 5_000, undefined],
  ] as const) {
    it(`says to come again after ${seconds} s when the miner says ${reason} for ${retryAfterMs} ms`, () => {
      const { headers } = refusalOf(new NoAnswer(reason, 'why', { retryAfterMs }), { id: '1', seconds: '12.0' })
      assert.deepEqual(headers, seconds === undefined ? [] : [['retry-after', seconds]])
    })
  }

  it('tells the caller', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner })
    const reply = send(axon.url, signedRequest())
    ;(await miner.next()).fail(new NoAnswer('busy', 'why', { retryAfterMs: 1_500 }))
    assert.equal((await reply).headers['retry-after'], '2')
  })

  it('masks a reason that there is not, and tells the log', async () => {
    const miner = new HeldMiner()
    await using axon = await startAxon({ miner, concurrency: 1, queue: 0 })
    for (const reason of ['timeout', 'constructor', undefined]) {
      const failed = told(axon, 'failed')
      const reply = send(axon.url, signedRequest())
      const error = new NoAnswer(reason as 'late', 'why')
      ;(await miner.next()).fail(error)
      assertRefused(await reply, 500, /^Internal Server Error #/)
      assert.equal((await failed).error, error)
    }
  })

  it('says nothing of it when the miner does not', () => {
    assert.deepEqual(refusalOf(new NoAnswer('busy', 'why'), { id: '1', seconds: '12.0' }).headers, [])
  })
})
