import assert from 'node:assert/strict'
import type { StoreEvent } from '#dist/store/store-events.js'
import { StoreOutage } from '#dist/store/store-outage.js'

describe('an outage of the store', () => {
  it('is told once for each reason in a row, with its code, and so is its end', () => {
    const events: StoreEvent[] = []
    const outage = new StoreOutage(event => events.push(event))
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    assert.equal(outage.failure, null)
    for (const cause of [full, full, new Error('OOM command not allowed'), new Error('OOM again'), full])
      assert.equal(outage.failed(cause, 'make room').code, 'NONCE_STORE_FAILED')
    assert.partialDeepStrictEqual(outage.failure, { code: 'ENOSPC', message: 'no space left', hint: 'make room' })
    outage.worked()
    outage.worked()
    assert.equal(outage.failure, null)
    outage.failed(full, 'make room')
    assert.deepEqual(
      events.map(event => (event.event === 'storeFailed' ? event.code : event.event)),
      ['ENOSPC', 'OOM', 'ENOSPC', 'storeRecovered', 'ENOSPC'],
    )
  })
})
