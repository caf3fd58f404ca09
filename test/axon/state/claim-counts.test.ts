import assert from 'node:assert/strict'
import { ClaimCounts } from '#dist/axon/state/claim-counts.js'

describe('the counts of claims', () => {
  it('set what was verified against what was not, for each hotkey and address', () => {
    let now = 1_000
    const claims = new ClaimCounts(() => now)
    claims.add('alice', '192.0.2.7', 'verified')
    assert.deepEqual(claims.recent(), [])
    assert.equal(claims.takeNew(), null)
    claims.add('alice', '192.0.2.7', 'forged')
    claims.add('alice', '192.0.2.7', 'verified')
    claims.add('alice', '2001:db8::1', 'forged')
    claims.add('alice', '2001:db8::2', 'unchecked')
    now = 2_000
    claims.add('alice', '2001:db8::2', 'forged')
    const ipv4 = { hotkey: 'alice', address: '192.0.2.7', forged: 1, unchecked: 0, verified: 1, lastAt: 1_000 }
    const ipv6 = { hotkey: 'alice', address: '2001:db8:0:0::/64', forged: 2, unchecked: 1, verified: 0, lastAt: 2_000 }
    assert.deepEqual(claims.recent(), [ipv6, ipv4])
    assert.deepEqual(claims.takeNew(), { claims: [ipv6, ipv4], others: 0 })
    assert.equal(claims.takeNew(), null)
    claims.add('alice', '192.0.2.7', 'forged')
    assert.deepEqual(claims.takeNew(), { claims: [{ ...ipv4, verified: 0, lastAt: 2_000 }], others: 0 })
    assert.deepEqual(claims.recent()[1], { ...ipv4, forged: 2, lastAt: 2_000 })
  })

  it('last an hour', () => {
    let now = 0
    const claims = new ClaimCounts(() => now)
    claims.add('alice', '192.0.2.7', 'forged')
    now = 3_600_000
    assert.equal(claims.recent().length, 1)
    now++
    assert.deepEqual(claims.recent(), [])
  })

  it('are bounded, in all and for one address, and tell how many they leave out', () => {
    const claims = new ClaimCounts(() => 0)
    for (let at = 0; at < 100; at++) claims.add(`forged ${at}`, '192.0.2.7', 'forged')
    assert.equal(claims.recent().length, 32)
    claims.add('alice', '192.0.2.8', 'forged')
    assert.equal(claims.recent().length, 33)
    for (let at = 0; at < 5_000; at++) claims.add('alice', `10.0.${at >> 8}.${at & 255}`, 'forged')
    assert.equal(claims.recent().length, 1_000)
    const sum = claims.takeNew()
    assert.equal(sum!.claims.length + sum!.others, 5_101)
  })

  it('drop those of more than an hour ago for new ones, and keep those that go on', () => {
    let now = 0
    const claims = new ClaimCounts(() => now)
    for (let at = 0; at < 1_000; at++) claims.add('alice', `10.0.${at >> 8}.${at & 255}`, 'forged')
    now = 3_600_000
    claims.add('alice', '10.0.0.0', 'forged')
    claims.add('alice', '10.0.0.1', 'verified')
    now++
    claims.add('bob', '192.0.2.7', 'forged')
    assert.deepEqual(
      claims.recent().map(({ hotkey, address, forged }) => [hotkey, address, forged]),
      [
        ['alice', '10.0.0.0', 2],
        ['bob', '192.0.2.7', 1],
      ],
    )
  })
})
