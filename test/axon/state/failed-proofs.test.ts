import assert from 'node:assert/strict'
import { ClaimCounts } from '#dist/axon/state/claim-counts.js'
import { FailedProofs } from '#dist/axon/state/failed-proofs.js'
import { Refusal } from '#dist/wires/refusal.js'

const proofs = (more: Partial<ConstructorParameters<typeof FailedProofs>[0]> = {}) =>
  new FailedProofs({
    burst: 10,
    perSecond: 1,
    claims: new ClaimCounts(() => 0),
    isExempt: () => false,
    now: () => 0,
    ...more,
  })

const by = (address: string, more: { hotkey?: string; isProvenHere?: boolean; isKnown?: boolean } = {}) => ({
  address,
  hotkey: 'good',
  isProvenHere: false,
  isKnown: true,
  ...more,
})

const fails = async () => false
const holds = async () => true
const isTooMany = { code: 'TOO_MANY_FAILED_PROOFS', status: 429 }

async function useUp(failed: FailedProofs, address: string): Promise<void> {
  for (let at = 0; at < 10; at++) await failed.check(by(address, { hotkey: `forged ${at}` }), fails)
}

describe('the budget of failed proofs', () => {
  it('is of each address, and fills evenly', async () => {
    let now = 0
    const failed = proofs({ now: () => now })
    await useUp(failed, '192.0.2.7')
    assert.deepEqual(failed.load(), { usedUp: 1, addresses: ['192.0.2.7'] })
    await assert.rejects(
      failed.check(by('192.0.2.7'), () => assert.fail('checked')),
      isTooMany,
    )
    assert.equal(await failed.check(by('192.0.2.8'), holds), true)
    now = 1_000
    assert.equal(await failed.check(by('192.0.2.7'), fails), false)
    await assert.rejects(failed.check(by('192.0.2.7'), holds), isTooMany)
  })

  it('is shared by the /64 of IPv6', async () => {
    const failed = proofs()
    for (let at = 0; at < 10; at++) await failed.check(by(`2001:db8::${at + 1}`), fails)
    await assert.rejects(failed.check(by('2001:db8::ffff:1'), holds), isTooMany)
    assert.equal(await failed.check(by('2001:db8:0:1::1'), holds), true)
  })

  it('is not used by checks that hold, or that break off', async () => {
    const failed = proofs()
    for (let at = 0; at < 100; at++) assert.equal(await failed.check(by('192.0.2.7'), holds), true)
    const broken = async () => Promise.reject(new Error('a fault'))
    for (let at = 0; at < 100; at++) await assert.rejects(failed.check(by('192.0.2.7'), broken), /a fault/)
    assert.equal(await failed.check(by('192.0.2.7'), holds), true)
  })

  it('tells when to come again, after checks that failed together, too', async () => {
    const failed = proofs()
    await Promise.all(Array.from({ length: 15 }, () => failed.check(by('192.0.2.7'), fails)))
    await assert.rejects(
      failed.check(by('192.0.2.7'), fails),
      (error: Refusal) => error instanceof Refusal && error.headers[0]?.[1] === '6',
    )
  })

  it('leaves a hotkey that was proven on the same connection its own', async () => {
    const failed = proofs()
    await useUp(failed, '192.0.2.7')
    const here = by('192.0.2.7', { isProvenHere: true })
    assert.equal(await failed.check(here, holds), true)
    for (let at = 0; at < 10; at++) await failed.check(here, fails)
    assert.equal(await failed.check(here, fails), false, 'the tenth for new connections')
    await assert.rejects(failed.check(here, holds), isTooMany)
  })

  it('leaves a hotkey that was proven from the address a tenth for new connections', async () => {
    let now = 0
    const failed = proofs({ now: () => now })
    await failed.check(by('192.0.2.7'), holds)
    await failed.check(by('192.0.2.7', { hotkey: 'stranger', isKnown: false }), holds)
    await useUp(failed, '192.0.2.7')
    for (let at = 0; at < 100; at++) assert.equal(await failed.check(by('192.0.2.7'), holds), true)
    await assert.rejects(failed.check(by('192.0.2.7', { hotkey: 'stranger' }), holds), isTooMany)
    await assert.rejects(failed.check(by('192.0.2.7', { hotkey: 'other' }), holds), isTooMany)
    // A claim in its name uses that tenth up, not more.
    assert.equal(await failed.check(by('192.0.2.7'), fails), false)
    await assert.rejects(failed.check(by('192.0.2.7'), holds), isTooMany)
    now = 900
    await assert.rejects(failed.check(by('192.0.2.7'), holds), isTooMany)
  })

  it('does not hold for an address that is exempt', async () => {
    const failed = proofs({ isExempt: address => address === '192.0.2.7' })
    for (let at = 0; at < 100; at++) assert.equal(await failed.check(by('192.0.2.7'), fails), false)
  })
})
