import assert from 'node:assert/strict'
import { networkOf, Shares } from '#dist/axon/state/shares.js'

const hotkey = (name: string) => ({ kind: 'hotkey', name }) as const

describe('shares', () => {
  it('count a caller without a proven hotkey for its network: a /24, or a /64', () => {
    const names = ['192.0.2.7', '192.0.2.255', '192.0.3.7', '2001:db8::1', '2001:db8:0:0:ffff::1', '2001:db8:0:1::1']
    assert.deepEqual(
      names.map(address => networkOf(address).name),
      ['192.0.2.0/24', '192.0.2.0/24', '192.0.3.0/24', '2001:db8:0:0::/64', '2001:db8:0:0::/64', '2001:db8:0:1::/64'],
    )
  })

  it('name the holder that has most, and among equals the first', () => {
    const shares = new Shares<string>({ networksKeep: 0 })
    assert.equal(shares.most().size, 0)
    shares.set('a', hotkey('A'), 2)
    shares.set('b', hotkey('B'), 2)
    assert.deepEqual([...shares.most()], ['a'])
    shares.set('b', hotkey('B'), 3)
    assert.deepEqual([...shares.most()], ['b'])
    shares.delete('b')
    shares.delete('b')
    assert.deepEqual([...shares.most()], ['a'])
    assert.equal(shares.total, 2)
    assert.equal(shares.size, 1)
  })

  it('let all networks together make room before a hotkey that has less than they, down to what they keep', () => {
    const shares = new Shares<number>({ networksKeep: 4 })
    for (let at = 0; at < 6; at++) shares.set(at, networkOf(`192.0.${at % 5}.7`))
    for (let at = 10; at < 15; at++) shares.set(at, hotkey('A'))
    assert.deepEqual([...shares.most()], [0, 5])
    shares.delete(5)
    assert.deepEqual([...shares.most()], [0])
    shares.delete(4)
    // Four are left, fewer than the five of the hotkey.
    assert.equal(shares.most().size, 5)
    shares.delete(10)
    shares.delete(11)
    assert.deepEqual([...shares.most()], [0])
  })

  it('move an item to another holder', () => {
    const shares = new Shares<number>({ networksKeep: 0 })
    shares.set(1, networkOf('192.0.2.7'))
    shares.set(1, hotkey('A'), 3)
    assert.deepEqual(shares.top(5), [{ kind: 'hotkey', name: 'A', amount: 3 }])
    shares.set(1, networkOf('192.0.2.7'))
    assert.deepEqual(shares.top(5), [{ kind: 'network', name: '192.0.2.0/24', amount: 1 }])
    assert.equal(shares.total, 1)
  })
})
