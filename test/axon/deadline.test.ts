import assert from 'node:assert/strict'
import { Clock } from '../support/start-axon.ts'
import { realSockets } from './real-sockets.ts'
import { startQueue } from './start-queue.ts'

describe('deadline', () => {
  realSockets()

  it('keeps some of the time for the way back', async () => {
    const clock = new Clock()
    await using queue = await startQueue({ now: clock.now, concurrency: 4 })
    clock.ms += 1_000
    for (const [timeout, ms] of [
      ['2.0', 1_800],
      ['12.0', 11_700],
      ['60.0', 59_700],
      ['600.0', 59_700],
    ] as const) {
      const { reply } = await queue.wait('a', {}, { nonce: clock.nonce(), timeout })
      const held = await queue.miner.next()
      assert.equal(held.asked.deadline - clock.ms, ms, timeout)
      held.answer('a')
      await reply
    }
  })

  it('keeps as much of it as it is told to, and never more than a tenth', async () => {
    const clock = new Clock()
    for (const [marginMs, timeout, ms] of [
      [0, '12.0', 12_000],
      [1_000, '12.0', 11_000],
      [1_000, '2.0', 1_800],
    ] as const) {
      await using queue = await startQueue({ now: clock.now, marginMs })
      clock.ms += 1_000
      const { reply } = await queue.wait('a', {}, { nonce: clock.nonce(), timeout })
      const held = await queue.miner.next()
      assert.equal(held.asked.deadline - clock.ms, ms)
      held.answer('a')
      await reply
    }
  })

  it('asks nothing for one whose time has passed when its turn comes, although no timer said so yet', async () => {
    const clock = new Clock()
    await using queue = await startQueue({ now: clock.now })
    clock.ms += 1_000
    const first = await queue.wait('a', {}, { nonce: clock.nonce(), timeout: '60.0' })
    const second = await queue.wait('b', {}, { nonce: clock.nonce() })
    clock.ms += 11_700
    ;(await queue.miner.next()).answer('to a')
    assert.equal((await first.reply).status, 200)
    const got = await second.reply
    assert.equal(got.status, 408)
    assert.equal(got.json.message, 'Response timeout after: 12.0s')
    assert.equal(queue.miner.count, 1)
  })

  it('gives one who does not say how long it waits 12 s', async () => {
    const clock = new Clock()
    await using queue = await startQueue({ now: clock.now })
    clock.ms += 1_000
    for (const timeout of [null, '0', '-1', 'nan', 'inf']) {
      const { reply } = await queue.wait('a', {}, { nonce: clock.nonce(), headers: { timeout } })
      const held = await queue.miner.next()
      assert.equal(held.asked.deadline - clock.ms, 11_700, String(timeout))
      held.answer('a')
      assert.equal((await reply).status, 200)
    }
  })
})
