import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { NonceMemory } from '#dist/store/nonce-memory.js'
import type { NonceOwner, SignedNonce } from '#dist/store/nonce-store.js'
import { Refusal } from '#dist/wires/refusal.js'

const START = 1_795_000_000_000
const KEEP = 64_000

function store(options: { perCaller?: number; inAll?: number } = {}): NonceMemory {
  const floorNs = BigInt(START) * 1_000_000n
  return new NonceMemory({ salt: 'salt', floorNs, perCaller: 1_000_000, inAll: 1_000_000, ...options })
}

/** A nonce of a caller, signed so many ms after the store began. */
function nonce(afterMs: number, { hotkey = 'alice', uuid = 'u' } = {}): SignedNonce {
  const signedAtNs = BigInt(START + afterMs) * 1_000_000n
  return { replayKey: `${hotkey}:${uuid}:${signedAtNs}`, signedAtNs, keepMs: KEEP, sequence: null, legacy: null }
}

const alice: NonceOwner = { countedAs: 'alice', isStranger: false }
const bob: NonceOwner = { countedAs: 'bob', isStranger: false }

function assertRefuses(spend: () => unknown, code: string): void {
  assert.throws(spend, error => error instanceof Refusal && error.code === code)
}

describe('NonceMemory', () => {
  it('knows each of 20,000 nonces again, and none that was not spent', () => {
    const nonces = store()
    const spent = Array.from({ length: 20_000 }, (_, at) => nonce(1 + (at % 3_000), { uuid: `u${at}` }))
    for (const each of spent) assert.ok(nonces.spend(each, alice, START + 1))
    for (const each of spent) assert.equal(nonces.has(each), true)
    for (const each of spent) assert.equal(nonces.spend(each, alice, START + 1), null)
    for (let at = 0; at < 20_000; at++) assert.equal(nonces.has(nonce(1 + (at % 3_000), { uuid: `v${at}` })), false)
    assert.equal(nonces.size, 20_000)
  })

  it('looks without spending', () => {
    const nonces = store()
    assert.equal(nonces.has(nonce(1)), false)
    assert.equal(nonces.has(nonce(1)), false)
    assert.ok(nonces.spend(nonce(1), alice, START))
    assert.equal(nonces.has(nonce(1)), true)
  })

  it('remembers a nonce to the last millisecond in which it could be believed', () => {
    // Signed as early and as late in a second as can be, and as far ahead of our clock.
    for (const after of [1, 999, 1_000, 1_001, 1_999, 4_000]) {
      const nonces = store()
      assert.ok(nonces.spend(nonce(after), alice, START + 1))
      assert.equal(nonces.spend(nonce(after), alice, START + after + KEEP), null)
      assert.equal(nonces.has(nonce(after)), true, 'still there, not only below the floor')
    }
  })

  it('raises the floor over what it forgets, so that a clock that steps back opens nothing', () => {
    const nonces = store()
    assert.ok(nonces.spend(nonce(500), alice, START + 500))
    assert.equal(nonces.floorNs, BigInt(START) * 1_000_000n)
    assert.ok(nonces.spend(nonce(3_600_000), alice, START + 3_600_000))
    assert.equal(nonces.floorNs, nonce(500).signedAtNs)
    assert.equal(nonces.has(nonce(500)), false)
    assert.equal(nonces.spend(nonce(500), alice, START + 501), null)
    assert.ok(nonces.spend(nonce(501), alice, START + 501))
  })

  it('spends nothing at its floor or below, whoever asks', () => {
    const nonces = store()
    assert.equal(nonces.spend(nonce(0), alice, START), null)
    assert.equal(nonces.spend(nonce(-1), alice, START), null)
    assert.equal(nonces.size, 0)
  })

  it('gives room back when it forgets', () => {
    const nonces = store({ perCaller: 2, inAll: 3 })
    for (const after of [1, 2]) assert.ok(nonces.spend(nonce(after), alice, START))
    assertRefuses(() => nonces.spend(nonce(3), alice, START), 'TOO_MANY_NONCES')
    assert.ok(nonces.spend(nonce(3, { hotkey: 'bob' }), bob, START))
    assertRefuses(() => nonces.spend(nonce(4, { hotkey: 'bob' }), bob, START), 'NONCE_STORE_FULL')
    assert.equal(nonces.spend(nonce(1), alice, START), null, 'what was spent is known even then')
    const later = 65_001
    for (const after of [0, 1]) assert.ok(nonces.spend(nonce(later + after), alice, START + later))
    assert.equal(nonces.size, 2)
  })

  it('tells how long it takes until room comes, at most a minute', () => {
    const nonces = store({ perCaller: 1, inAll: 2 })
    const waitOf = (refused: () => unknown) => {
      try {
        refused()
      } catch (error) {
        return Number(new Map((error as Refusal).headers).get('retry-after'))
      }
      throw new Error('it was not refused')
    }
    assert.ok(nonces.spend(nonce(1), alice, START))
    assert.ok(nonces.spend(nonce(20_000, { hotkey: 'bob' }), bob, START + 20_000))
    assert.equal(
      waitOf(() => nonces.spend(nonce(2), alice, START)),
      60,
    )
    const at = START + 60_000
    const [own, ofAnyone] = [
      waitOf(() => nonces.spend(nonce(60_000, { hotkey: 'bob' }), bob, at)),
      waitOf(() => nonces.spend(nonce(60_000, { hotkey: 'c' }), { countedAs: 'c', isStranger: false }, at)),
    ]
    assert.equal(own - ofAnyone, 20)
    assert.ok(ofAnyone >= 4 && ofAnyone <= 6, String(ofAnyone))
    assert.ok(nonces.spend(nonce(60_001), alice, at + ofAnyone * 1000))
  })

  it('keeps half of its room for those who are no strangers, and all of it for nobody else', () => {
    const nonces = store({ inAll: 6 })
    const stranger: NonceOwner = { countedAs: '203.0.113.9', isStranger: true }
    for (const after of [1, 2, 3]) assert.ok(nonces.spend(nonce(after), stranger, START))
    assertRefuses(() => nonces.spend(nonce(4), stranger, START), 'NONCE_STORE_FULL')
    for (const after of [4, 5, 6]) assert.ok(nonces.spend(nonce(after), alice, START))
    assertRefuses(() => nonces.spend(nonce(7), alice, START), 'NONCE_STORE_FULL')
    assert.equal(nonces.spend(nonce(1), stranger, START), null)
  })

  for (const [seconds, spread] of [
    [1, 'all of one second'],
    [64, 'spread over 64 seconds'],
  ]) {
    it(`costs less than 5 MB for 100,000 nonces, ${spread}`, () => {
      const script = `
        import { NonceMemory } from '#dist/store/nonce-memory.js'
        const used = async () => {
          // Buffers are given back by another thread, some time after the collection.
          for (let round = 0; round < 10; round++) { gc(); await new Promise(resolve => setTimeout(resolve, 5)) }
          const { heapUsed, arrayBuffers } = process.memoryUsage()
          return heapUsed + arrayBuffers
        }
        const nonces = new NonceMemory({ salt: 'salt', floorNs: 0n, perCaller: 1e6, inAll: 1e6 })
        const fill = (from, to) => {
          for (let at = from; at < to; at++) {
            const signedAtNs = BigInt(1_000_000 + at % ${seconds} * 1_000) * 1_000_000n
            const caller = { countedAs: 'hotkey' + at % 64, isStranger: false }
            nonces.spend({ replayKey: caller.countedAs + ':' + at, signedAtNs, keepMs: 64_000, sequence: null, legacy: null }, caller, 1_000_000)
          }
        }
        fill(0, 1_000)
        const before = await used()
        fill(1_000, 101_000)
        const after = await used()
        console.log(nonces.size, after - before)`
      const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
        encoding: 'utf8',
      })
      const [size, bytes] = stdout.split(' ').map(Number)
      assert.equal(size, 101_000, stderr)
      assert.ok(bytes! > 1_600_000 && bytes! <= 5_000_000, `${bytes} bytes`)
    })
  }
})
