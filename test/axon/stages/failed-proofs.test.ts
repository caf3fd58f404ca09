import assert from 'node:assert/strict'
import { bytesOf, charlie, type Sent, send, signedRequest } from '../../support/signed-request.ts'
import { startAxon } from '../../support/start-axon.ts'
import { assertRefused } from '../assert-refused.ts'
import { RawConnection } from '../raw-connection.ts'
import { realSockets } from '../real-sockets.ts'

const tooMany = 'Too many signatures of this address did not verify'
const forged = () => signedRequest({ text: 'forged' })

describe('verify: signatures that do not verify', () => {
  realSockets()

  it('are not checked any more when an address has sent too many, and the reply says when to come again', async () => {
    let checked = 0
    const limits = { failedProofs: 5, failedProofsPerSecond: 0.01 }
    await using axon = await startAxon({ limits, verify: async checks => checks.map(() => ++checked < 0) })
    for (let at = 0; at < 5; at++) assertRefused(await send(axon.url, forged()), 401, /Signature mismatch/)
    for (let at = 0; at < 5; at++) {
      const got = await send(axon.url, forged())
      assertRefused(got, 429, tooMany)
      assert.ok(Number(got.headers['retry-after']) > 1)
    }
    assert.equal(checked, 5)
  })

  it('do not lock out a hotkey that was proven from the same address', async () => {
    await using axon = await startAxon({ limits: { failedProofs: 20, failedProofsPerSecond: 0.01 } })
    using good = await RawConnection.open(axon.port)
    const ask = () => good.write(bytesOf(signedRequest({ by: charlie }))).reply()
    assert.equal((await ask())?.status, 200)
    const anew = async (sent: Sent) => {
      using connection = await RawConnection.open(axon.port)
      return await connection.write(bytesOf(sent)).reply()
    }
    for (let at = 0; at < 20; at++) assert.equal((await anew(forged()))?.status, 401)
    assertRefused(await anew(forged()), 429, tooMany)
    assert.equal((await anew(signedRequest({ by: charlie })))?.status, 200)
    // In its name the rest is used up, too; on its own connection it is still answered.
    for (let at = 0; at < 2; at++)
      assert.equal((await anew(signedRequest({ by: charlie, text: 'forged' })))?.status, 401)
    assertRefused(await anew(signedRequest({ by: charlie })), 429, tooMany)
    assert.equal((await ask())?.status, 200)
  })
})
