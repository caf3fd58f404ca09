import assert from 'node:assert/strict'
import { FairQueue } from '#dist/axon/state/fair-queue.js'

describe('the memory of a class', () => {
  it('is bounded by what waits and is at work, however many callers came and had too much', () => {
    const line = new FairQueue()
    const waiting = { caller: 'patient', weight: 1, deadline: 0 }
    line.add(waiting)
    for (let at = 0; at < 50_000; at++) line.end(line.begin({ caller: `${at}`, weight: 1, deadline: 0 }, 1), 1_000_000)
    assert.ok(line.remembered <= 4_000, `${line.remembered} callers`)
    line.remove(waiting)
    assert.equal(line.isIdle, true)
  })

  it('forgets a caller as soon as the others have had as much', () => {
    const line = new FairQueue()
    const items = Array.from({ length: 1_000 }, () => ({ caller: 'busy', weight: 1, deadline: 0 }))
    for (const item of items) line.add(item)
    for (let at = 0; at < 500; at++) {
      line.end(line.begin({ caller: `${at}`, weight: 1, deadline: 0 }, 10), 10)
      line.end(line.next(1, 10).charge, 10)
    }
    assert.ok(line.remembered <= 66, `${line.remembered} callers`)
  })
})
