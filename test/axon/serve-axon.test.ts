import assert from 'node:assert/strict'
import { send, signedRequest } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'

describe('axon', () => {
  it('12.1-1: answers a valid Prompting with the echo of its fields and a completion', async () => {
    await using axon = await startAxon()
    const got = await send(axon.url, signedRequest())
    assert.equal(got.status, 200, got.text)
    assert.equal(got.headers.bt_header_axon_status_code, '200')
    assert.equal(got.headers.bt_header_axon_status_message, 'Success')
    assert.ok(Number(got.headers.bt_header_axon_process_time) > 0)
    assert.deepEqual(got.json.roles, ['system', 'user'])
    assert.deepEqual(got.json.messages, ['Be brief.', 'hi'])
    assert.equal(got.json.completion, 'echo: hi')
    assert.equal(got.json.axon.status_code, 200)
    assert.equal(got.json.computed_body_hash, '')
  })
})
