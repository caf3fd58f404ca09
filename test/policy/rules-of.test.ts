import assert from 'node:assert/strict'
import { type Screened, screen, verdictOf } from '#dist/axon/stages/screen.js'
import type { Route } from '#dist/plugin/dialect.js'
import type { Standing, Standings } from '#dist/plugin/standing.js'
import { rulesOf } from '#dist/policy/rules-of.js'
import { Refusal } from '#dist/wires/refusal.js'
import { pick, random } from '../support/random.ts'

const settings = { allow: [], deny: [], requirePermit: true, allowUnregistered: false, minStake: 0 }
type Settings = Parameters<typeof rulesOf>[0]
type Case = {
  readonly settings: Settings
  readonly hasChain: boolean
  readonly hotkey: string
  readonly standing: ReturnType<Standings>
}

/** What screen makes of a hotkey: the text of a refusal, or what the later stages learn. */
function decided({ settings, hasChain, hotkey, standing }: Case, route: object = {}): string | Screened {
  const asked: string[] = []
  const standings = (hotkey: string) => {
    asked.push(hotkey)
    return standing
  }
  try {
    const claim = { hotkey, synapse: 'Ask', timeoutMs: null }
    return screen(claim, { rules: rulesOf(settings, { hasChain }), standings }, route as Route)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.code === 'BLACKLISTED' ? error.message : error.code
  } finally {
    assert.deepEqual(asked, [hotkey], 'looks the hotkey up once')
  }
}

/** The same as a table: the first line that holds decides. */
function byTable({ settings, hasChain, hotkey, standing }: Case): string {
  const { allow, deny, requirePermit, allowUnregistered, minStakeRao } = settings as Settings & { minStakeRao: bigint }
  const isNamed = typeof standing === 'object'
  if (deny.includes(hotkey)) return 'blacklisted hotkey'
  if (allow.includes(hotkey)) return 'exempt'
  if (!hasChain) return 'hotkey not allowed'
  if (standing === 'unknown') return !allowUnregistered || requirePermit || minStakeRao > 0n ? 'unknown' : 'stranger'
  if (!isNamed && !allowUnregistered) return 'hotkey not registered'
  if (!isNamed && requirePermit) return 'validator permit required, but hotkey not registered'
  if (isNamed && requirePermit && !standing.hasPermit) return 'validator permit required'
  if ((isNamed ? standing.stakeRao : 0n) < minStakeRao) return 'stake below minimum'
  return isNamed ? 'registered' : 'stranger'
}

describe('the rules on who may ask', () => {
  it('decide as a table does, for random metagraphs, settings and callers', () => {
    const next = random('rules')
    const oneIn = (count: number) => next() < 1 / count
    const hotkeys = Array.from({ length: 8 }, (_, at) => `hotkey ${at}`)
    const some = () => hotkeys.filter(() => oneIn(4))
    // Near one another, so that one RAO often decides; below 1 TAO, and beyond the integers of a double.
    const amounts = [0n, 1n, 8_199_999_999n, 8_200_000_000n, 4_350_000_000n, 20_999_999_999_999_999n].flatMap(rao => [
      rao,
      rao + 1n,
    ])
    const seen = new Set<string>()
    for (let round = 0; round < 4_000; round++) {
      const metagraph = new Map<string, Standing>(
        some().map((hotkey, uid) => [hotkey, { uid, stakeRao: pick(amounts, next), hasPermit: oneIn(2) }]),
      )
      const otherwise = pick(['unregistered', 'unknown'] as const, next)
      const minStakeRao = pick(amounts.slice(0, 10), next)
      const given = {
        allow: some(),
        deny: some(),
        requirePermit: oneIn(2),
        allowUnregistered: oneIn(2),
        minStake: Number(`${minStakeRao}e-9`),
        minStakeRao,
      }
      for (const hotkey of hotkeys) {
        const one = {
          settings: given,
          hasChain: !oneIn(8),
          hotkey,
          standing: metagraph.get(hotkey) ?? otherwise,
        }
        const expected = byTable(one)
        const got = decided(one)
        const kind =
          typeof got === 'object'
            ? got.isExempt
              ? 'exempt'
              : got.isStranger
                ? 'stranger'
                : 'registered'
            : got === 'STANDINGS_UNKNOWN'
              ? 'unknown'
              : got.replace(/^Forbidden\. Key is blacklisted: (.*)\.$/, '$1')
        const print = () => JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
        assert.equal(kind, expected, print())
        seen.add(kind)
        if (typeof got !== 'object') continue
        const { standing } = one
        assert.equal(got.stakeRao, typeof standing === 'object' ? standing.stakeRao : 0n, print())
        assert.equal(got.isStranger, kind === 'stranger', print())
      }
    }
    assert.equal(seen.size, 10, [...seen].join())
  })

  it('admit allowed hotkeys only, while the miner has lost its place', () => {
    let isLost = true
    const rules = rulesOf({ ...settings, allow: ['alice'], deny: ['dave'] }, { hasChain: true, isLost: () => isLost })
    const validator = { uid: 1, stakeRao: 1n, hasPermit: true }
    assert.deepEqual(verdictOf(rules, 'alice', 'unregistered'), { allow: true, exempt: true })
    for (const standing of [validator, 'unregistered', 'unknown'] as const)
      assert.deepEqual(verdictOf(rules, 'bob', standing), { allow: false, reason: 'miner not registered' })
    assert.partialDeepStrictEqual(verdictOf(rules, 'dave', validator), { denied: true })
    isLost = false
    assert.deepEqual(verdictOf(rules, 'bob', validator), { allow: true })
  })

  it('do not wait for the chain where none of them needs it', () => {
    const unknown = { hasChain: true, hotkey: 'alice', standing: 'unknown' } as const
    assert.equal(decided({ ...unknown, settings }), 'STANDINGS_UNKNOWN')
    assert.equal(
      decided({ ...unknown, settings: { ...settings, minStake: 1e-9, requirePermit: false } }),
      'STANDINGS_UNKNOWN',
    )
    for (const open of [
      { ...settings, allow: ['alice'] },
      { ...settings, requirePermit: false, allowUnregistered: true },
    ])
      assert.equal(typeof decided({ ...unknown, settings: open }), 'object')
    assert.match(String(decided({ ...unknown, settings: { ...settings, deny: ['alice'] } })), /blacklisted hotkey/)
  })

  it('compare the stake in RAO, as the decimal text of the setting has it', () => {
    for (const [minStake, rao] of [
      [8.2, 8_200_000_000n],
      [1.005, 1_005_000_000n],
      [1e-9, 1n],
      [1_234_567.123456789, 1_234_567_123_456_789n],
      [21_000_000, 21_000_000_000_000_000n],
    ] as const)
      for (const [stakeRao, allow] of [
        [rao, true],
        [rao - 1n, false],
      ] as const) {
        const standing = { uid: 0, stakeRao, hasPermit: true }
        const got = decided({ settings: { ...settings, minStake }, hasChain: true, hotkey: 'alice', standing })
        assert.equal(typeof got === 'object', allow, `${stakeRao} of ${minStake} TAO`)
      }
  })
})

describe('screen of a route without rules', () => {
  const open = { rules: false }
  const registered: Standing = { uid: 3, stakeRao: 7n, hasPermit: false }
  const at = (standing: Case['standing'], lists: Partial<Settings> = {}) =>
    decided({ settings: { ...settings, ...lists }, hasChain: true, hotkey: 'alice', standing }, open)

  it('takes any hotkey, and knows a registered one from a stranger', () => {
    assert.deepEqual(at(registered), {
      standing: registered,
      isStranger: false,
      isExempt: false,
      isAllowed: false,
      stakeRao: 7n,
    })
    for (const standing of ['unregistered', 'unknown'] as const)
      assert.deepEqual(at(standing), { standing, isStranger: true, isExempt: false, isAllowed: false, stakeRao: 0n })
  })

  it('takes an allowed hotkey for no stranger, but exempts it from no rate', () => {
    const known = { standing: 'unknown', isStranger: false, isExempt: false, isAllowed: true, stakeRao: 0n }
    assert.deepEqual(at('unknown', { allow: ['alice'] }), known)
  })

  it('takes a denied hotkey for a stranger, although it is registered', () => {
    assert.partialDeepStrictEqual(at(registered, { deny: ['alice'] }), { isStranger: true, isExempt: false })
  })
})
