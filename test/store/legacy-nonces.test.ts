import assert from 'node:assert/strict'
import { LegacyNonces, type LegacyRecord } from '#dist/store/legacy-nonces.js'

const record = (changed: Partial<LegacyRecord> = {}): LegacyRecord => ({
  owner: 'alice',
  sequence: 'one',
  madeAtNs: 1n,
  signedAtNs: 1n,
  endSecond: 0,
  ...changed,
})
const spend = (nonces: LegacyNonces, one: LegacyRecord) => {
  const isSpent = nonces.maySpend(one)
  if (isSpent) nonces.spend(one)
  return isSpent
}
const DROPPED = { code: 'NOT_VERIFIED', message: /has dropped its dendrite/ }

describe('legacy nonces in memory', () => {
  it('rise for each dendrite of each hotkey', () => {
    const nonces = new LegacyNonces()
    assert.equal(spend(nonces, record({ signedAtNs: 5n })), true)
    for (const signedAtNs of [5n, 4n]) {
      assert.equal(nonces.has(record({ signedAtNs })), true)
      assert.equal(spend(nonces, record({ signedAtNs })), false)
    }
    assert.equal(nonces.has(record({ signedAtNs: 6n })), false)
    assert.equal(spend(nonces, record({ sequence: 'other' })), true)
    assert.equal(spend(nonces, record({ owner: 'bob' })), true)
  })

  it('are refused of further hotkeys when it has as many as it may', () => {
    let refused = 0
    const nonces = new LegacyNonces({ caps: { hotkeys: 2, dendrites: 2 }, onFull: () => refused++ })
    for (const owner of ['alice', 'bob']) assert.equal(spend(nonces, record({ owner })), true)
    assert.throws(() => spend(nonces, record({ owner: 'charlie' })), {
      code: 'LEGACY_STORE_FULL',
      status: 503,
      headers: [],
    })
    assert.equal(spend(nonces, record({ sequence: 'other' })), true)
    assert.equal(spend(nonces, record({ sequence: 'third', madeAtNs: 2n })), true)
    assert.throws(() => spend(nonces, record({ owner: 'charlie' })), { code: 'LEGACY_STORE_FULL' })
    assert.equal(refused, 2)
  })

  it('of a dendrite whose uuid hides when it was made are taken until one was dropped', () => {
    const nonces = new LegacyNonces({ caps: { hotkeys: 1, dendrites: 1 } })
    assert.equal(spend(nonces, record({ madeAtNs: 0n })), true)
    assert.equal(spend(nonces, record({ sequence: 'other', madeAtNs: 1n })), true)
    assert.throws(() => spend(nonces, record({ madeAtNs: 0n, signedAtNs: 9n })), DROPPED)
    assert.throws(() => spend(nonces, record({ sequence: 'new', madeAtNs: 0n })), DROPPED)
  })

  it('are never taken twice, whatever comes, and whatever a restart finds', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomOf(seed)
      const caps = { hotkeys: 3, dendrites: 1 + (random() % 4) }
      let nonces = new LegacyNonces({ caps })
      const spent = new Set<string>()
      // As the disk has them: what it was at the last turn of the segments, and each that was spent since.
      let kept: LegacyRecord[] = []
      for (let step = 0; step < 200; step++) {
        const made = random() % 12
        const one = record({
          owner: 'abcd'[random() % 4]!,
          sequence: `${made}`,
          madeAtNs: BigInt(made),
          signedAtNs: BigInt(random() % 20),
        })
        const name = `${one.owner} ${one.sequence} ${one.signedAtNs}`
        if (spends(nonces, one)) {
          assert.ok(!spent.has(name), `seed ${seed}: ${name} twice`)
          spent.add(name)
          kept.push(one)
        }
        if (random() % 20 === 0) kept = [...kept, ...nonces.records()]
        if (random() % 20 === 0) kept = [...nonces.records()]
        if (random() % 20 === 0) {
          const known = nonces
          nonces = new LegacyNonces({ caps })
          for (const old of kept) nonces.restore(old)
          assert.deepEqual(sorted(nonces), sorted(known), `seed ${seed}`)
        }
      }
      assert.ok(spent.size > 5)
    }
  })
})

const sorted = (nonces: LegacyNonces) =>
  nonces
    .records()
    .map(({ owner, sequence, madeAtNs, signedAtNs }) => `${owner} ${sequence} ${madeAtNs} ${signedAtNs}`)
    .sort()

function spends(nonces: LegacyNonces, one: LegacyRecord): boolean {
  try {
    return spend(nonces, one)
  } catch {
    return false // a refusal; the test counts what was taken
  }
}

/** A linear congruential generator: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state >>> 8
  }
}
