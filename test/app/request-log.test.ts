import 'reflect-metadata'
import assert from 'node:assert/strict'
import { createLog } from '#dist/app/log.js'
import { RequestLog } from '#dist/app/request-log.js'
import { publish, type RequestRecord } from '#dist/axon/channels.js'
import { alice } from '../support/signed-request.ts'

const stranger: RequestRecord = {
  axon: 'axon',
  id: '1',
  address: '127.0.0.1',
  synapse: 'Prompting',
  claimed: alice.address,
  hotkey: null,
  arrivedAt: 0,
  ms: 1,
}

describe('request log', () => {
  it('sums up what strangers leave behind, and tells the first of their failures', async () => {
    const records: { event: string; level: string; counts?: object }[] = []
    const log = await createLog({
      level: 'info',
      secrets: [],
      output: { write: line => records.push(JSON.parse(line)) },
    })
    {
      using _requests = new RequestLog(log)
      const refused = { ...stranger, status: 500, code: 'INTERNAL', reason: 'internal error' }
      for (let count = 0; count < 20; count++) {
        publish('cancelled', () => stranger)
        publish('failed', () => ({ ...refused, error: new TypeError('broken') }))
        publish('refused', () => ({ ...refused, code: 'NOT_VERIFIED' }))
      }
      publish('cancelled', () => ({ ...stranger, hotkey: alice.address }))
    }
    assert.deepEqual(
      records.map(({ event, level }) => [event, level]),
      [
        ['failed', 'error'],
        ['cancelled', 'info'],
        ['refusedStrangers', 'info'],
      ],
    )
    assert.deepEqual(records[2]!.counts, { CANCELLED: 20, INTERNAL: 20, NOT_VERIFIED: 20 })
  })
})
