import assert from 'node:assert/strict'
import { logForgedClaims } from '#dist/app/log/claim-log.js'
import { eventText } from '#dist/app/log/event-text.js'
import { realSockets } from '../../axon/real-sockets.ts'
import { charlie, send, signedRequest } from '../../support/signed-request.ts'
import { startAxon } from '../../support/start-axon.ts'

describe('the log of forged claims', () => {
  realSockets()

  it('tells whose hotkey was named without its key, from where and how often', async () => {
    const records: Record<string, unknown>[] = []
    const log = {
      debug() {},
      info() {},
      error: assert.ifError,
      warn: (record: object) => void records.push({ ...record }),
    }
    await using axon = await startAxon({ limits: { failedProofs: 2, failedProofsPerSecond: 0.01 } })
    {
      using _log = logForgedClaims(log, axon)
      assert.equal((await send(axon.url, signedRequest())).status, 200)
    }
    assert.deepEqual(records, [])
    {
      using _log = logForgedClaims(log, axon)
      const forge = { by: charlie, text: 'forged' }
      assert.equal((await send(axon.url, signedRequest(forge))).status, 401)
      const unsigned = signedRequest({ ...forge, headers: { bt_header_dendrite_signature: null } })
      assert.equal((await send(axon.url, unsigned)).status, 401)
      assert.equal((await send(axon.url, signedRequest(forge))).status, 401)
      assert.equal((await send(axon.url, signedRequest(forge))).status, 429)
      // A stale nonce proves nothing of a key.
      assert.equal((await send(axon.url, signedRequest({ nonce: 1n }))).status, 401)
    }
    const claims = [{ hotkey: charlie.address, address: '127.0.0.1', forged: 3, unchecked: 1, verified: 0 }]
    assert.deepEqual(records, [{ event: 'claimsForged', seconds: 60, claims }])
    assert.equal(eventText(records[0]!), 'hotkeys named without their key in 60 s: 4× 5FLSi…S59Y from 127.0.0.1')
  })
})
