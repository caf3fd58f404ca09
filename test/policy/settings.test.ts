import assert from 'node:assert/strict'
import { makePolicySettings, policyRules } from '#dist/policy/settings.js'
import { alice } from '../support/signed-request.ts'

const broken = (values: Parameters<typeof policyRules>[0]) =>
  policyRules({ ...makePolicySettings().parse({}), ...values }).map(({ setting, message, hint }) => [
    setting,
    message,
    hint,
  ])

describe('the settings of the policy', () => {
  it('require no permit and no stake of hotkeys that are not registered', () => {
    const message = (what: string) => `has no effect: ${what} every hotkey that is not registered`
    for (const [values, what, flags] of [
      [{}, 'policy.requirePermit refuses', '--no-require-permit'],
      [{ requirePermit: false, minStake: 0.5 }, 'policy.minStake refuses', '--min-stake 0'],
      [{ minStake: 1 }, 'policy.requirePermit and policy.minStake refuse', '--no-require-permit and --min-stake 0'],
    ] as const)
      assert.deepEqual(broken({ allowUnregistered: true, ...values }), [
        ['allowUnregistered', message(what), `add ${flags}, or remove --allow-unregistered`],
      ])
    assert.deepEqual(broken({ allowUnregistered: true, requirePermit: false }), [])
    assert.deepEqual(broken({ requirePermit: true, minStake: 1_000 }), [])
  })

  it('name a hotkey on one list only', () => {
    const { address } = alice
    assert.deepEqual(broken({ allow: [address], deny: [address] }), [
      ['allow', `and policy.deny both name ${address}`, 'remove it from one of them'],
    ])
  })

  it('are checked in a time that grows with the lists, not with their product', () => {
    const listOf = (letter: string) => Array.from({ length: 20_000 }, (_, at) => `${letter}${at}`.padStart(48, '5'))
    const before = performance.now()
    assert.deepEqual(broken({ allow: listOf('a'), deny: listOf('d') }), [])
    // Comparing each hotkey of one list with each of the other took 49 s.
    const ms = performance.now() - before
    assert.ok(ms < 20_000, `${ms} ms`)
  })

  it('have rates of hotkeys only, and of a form that can be read', () => {
    assert.deepEqual(broken({ rates: { [alice.address]: '1/min', others: '2/min' } }), [
      [
        'rates',
        'is not a hotkey, which is an ss58 address that begins with 5',
        'remove "others"; policy.rate is the rate of all other hotkeys',
      ],
    ])
    const { rate, rates } = makePolicySettings().shape
    assert.equal(rate.parse(undefined), 'none')
    assert.equal(rate.safeParse('30/m').success, false)
    assert.equal(rates.safeParse({ [alice.address]: '1/min ' }).success, false)
  })

  it('take a stake of whole RAO, up to all TAO that will ever exist', () => {
    const { minStake } = makePolicySettings().shape
    for (const tao of [0, 1e-9, 0.1, 8.2, 1_000.000000001, 8_388_607.123456789, 20_999_999.1234567, 21_000_000])
      assert.equal(minStake.parse(tao), tao)
    for (const tao of [-1, 1e-10, 0.1234567891, 21_000_001, Number.NaN, Number.POSITIVE_INFINITY])
      assert.equal(minStake.safeParse(tao).success, false, String(tao))
  })
})
