import assert from 'node:assert/strict'
import { isStream, readStreamHead } from '#dist/wires/synapse/read-stream.js'

const head = (status: number, headers: Record<string, string>) => ({
  status,
  rawHeaders: Object.entries(headers).flat(),
})

describe('isStream', () => {
  it('is true of what is no JSON, whatever it is called, and never of a refusal', () => {
    for (const type of ['text/event-stream', 'text/event-stream; charset=utf-8', 'text/plain', ''])
      assert.equal(isStream(head(200, { 'Content-Type': type })), true, type)
    assert.equal(isStream(head(200, {})), true)
    assert.equal(isStream(head(200, { 'content-type': 'application/json' })), false)
    assert.equal(isStream(head(200, { 'content-type': 'application/problem+json; charset=utf-8' })), false)
    assert.equal(isStream(head(500, { 'content-type': 'text/event-stream' })), false)
  })
})

describe('readStreamHead', () => {
  it('reads what an axon says before the first piece', () => {
    const said = {
      'content-type': 'text/event-stream',
      name: 'StreamPromptingSynapse',
      timeout: '12.0',
      bt_header_axon_status_code: '200',
      bt_header_axon_status_message: 'Success',
      bt_header_axon_process_time: '0.0005',
      header_size: '0',
      total_size: '0',
    }
    assert.deepEqual(readStreamHead(head(200, said)), { status: 200, message: 'Success', axonMs: 0.5 })
  })

  it('calls a head without a status no success', () => {
    assert.deepEqual(readStreamHead(head(200, {})), { status: null, message: null, axonMs: null })
  })

  it('lets the head win over HTTP', () => {
    const refused = { bt_header_axon_status_code: '403', bt_header_axon_status_message: 'no' }
    assert.deepEqual(readStreamHead(head(200, refused)), { status: 403, message: 'no', axonMs: null })
  })

  it('answers 422 to headers that Python could not convert, and to a status that HTTP does not have', () => {
    for (const [name, value] of [
      ['timeout', 'abc'],
      ['bt_header_axon_status_code', '200.0'],
      ['bt_header_axon_status_code', '9'.repeat(4000)],
      ['bt_header_axon_status_code', '600'],
    ] as const)
      assert.equal(readStreamHead(head(200, { [name]: value })).status, 422, name)
  })
})
