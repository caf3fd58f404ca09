import assert from 'node:assert/strict'
import { isPublicKey } from '#dist/keys/public-key.js'
import { decodeAddress } from '#dist/keys/ss58.js'

// RFC 9496, appendix A.3: encodings that have to be refused.
const BAD = `
00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
0100000000000000000000000000000000000000000000000000000000000000
01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20
c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562
26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371
4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f
`
  .trim()
  .split('\n')

describe('isPublicKey', () => {
  it('accepts a valid key', () => {
    assert.equal(isPublicKey(decodeAddress('5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY')), true)
  })

  for (const encoding of BAD) {
    it(`refuses ${encoding}`, () => assert.equal(isPublicKey(Buffer.from(encoding, 'hex')), false))
  }

  it('refuses the identity, and other lengths', () => {
    for (const length of [0, 31, 32, 33]) assert.equal(isPublicKey(new Uint8Array(length)), false)
  })
})
