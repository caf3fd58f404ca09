import assert from 'node:assert/strict'
import { claim } from '#dist/wires/synapse/claim.js'
import { stream } from '#dist/wires/synapse/reply-head.js'
import { alice, bob, served, signedHead } from '../fixture.ts'

describe('stream of the synapse wire', () => {
  it('has the head of a success, and the type that the SDK gives it', () => {
    const call = claim(signedHead({ body: '{"messages":[]}', target: '/StreamPrompting' }))
    const { status, headers } = stream(call, served)
    assert.equal(status, 200)
    assert.partialDeepStrictEqual(Object.fromEntries(headers), {
      'content-type': 'text/event-stream',
      name: 'StreamPrompting',
      timeout: '12.0',
      bt_header_axon_status_code: '200',
      bt_header_axon_status_message: 'Success',
      bt_header_axon_process_time: '0.0125',
      bt_header_axon_hotkey: bob.address,
      bt_header_dendrite_hotkey: alice.address,
    })
    for (const [name] of headers) assert.equal(name, name.toLowerCase())
  })
})
