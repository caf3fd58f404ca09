import assert from 'node:assert/strict'
import { RisingNonces } from '#dist/store/rising-nonces.js'
import { dialectOf } from '../axon/dialect-of.ts'
import { freshNonce, send, signedRequest } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'

describe('nonces that must rise', () => {
  it('do so for each dendrite by itself', () => {
    const nonces = new RisingNonces()
    assert.equal(nonces.rises('a', 2n), true)
    assert.equal(nonces.rises('a', 2n), false)
    assert.equal(nonces.rises('a', 1n), false)
    assert.equal(nonces.rises('b', 1n), true)
    assert.equal(nonces.rises('a', 3n), true)
  })

  for (const [nonces, status] of [
    ['rising', 401],
    ['once', 200],
  ] as const)
    it(`${nonces}: one out of order is a ${status}`, async () => {
      await using axon = await startAxon({ dialect: dialectOf({}, { nonces }) })
      const [earlier, later] = [freshNonce(), freshNonce()]
      const ask = (nonce: bigint) => signedRequest({ synapse: 'Ask', fields: { text: 'hi' }, hashed: [], nonce })
      assert.equal((await send(axon.url, ask(later))).status, 200)
      assert.equal((await send(axon.url, ask(earlier))).status, status)
    })
})
