import assert from 'node:assert/strict'
import { ipText } from '#dist/chain/read/axon.js'

describe('ipText', () => {
  // as Python's ipaddress prints them
  const cases = [
    [0xcb007107n, 4, '203.0.113.7'],
    [1n, 4, '0.0.0.1'],
    [0xffffffffn, 4, '255.255.255.255'],
    [1n, 6, '::1'],
    [0xcb007107n, 6, '::cb00:7107'],
    [0x20010db8_00000000_00000000_00000007n, 6, '2001:db8::7'],
    [0x20010db8_00000001_00000000_00000001n, 6, '2001:db8:0:1::1'],
    [2n ** 128n - 1n, 6, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    [0x20010db8_00000000_00000000_00000007n, 4, '2001:db8::7'], // old runtimes took that
    [0xcb007107n, 0, '203.0.113.7'],
  ] as const
  for (const [ip, type, text] of cases)
    it(`writes ${ip} of type ${type} as ${text}`, () => {
      assert.equal(ipText(ip, type), text)
    })
})
