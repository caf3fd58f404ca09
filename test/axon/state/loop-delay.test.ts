import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { LoopDelay } from '#dist/axon/state/loop-delay.js'

describe('the delay of the event loop', () => {
  it('is not moved by one long turn, and is by turns that stay long', async () => {
    const ended = new AbortController()
    const delay = new LoopDelay(ended.signal)
    assert.equal(delay.ms, 0)
    // Long enough that the delays of a loaded machine are small beside it.
    block(1_500)
    await sleep(1_000)
    assert.ok(delay.ms < 1_000, `${delay.ms} ms after one long turn`)
    for (let turn = 0; turn < 12; turn++) {
      block(200)
      await sleep(1)
    }
    assert.ok(delay.ms >= 100, `${delay.ms} ms while each turn takes 200`)
    ended.abort()
  })
})

/** Keeps the thread busy. */
function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}
