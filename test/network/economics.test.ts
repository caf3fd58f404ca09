import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dayOf, dayText } from '#dist/money/day.js'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { runMiner } from '../support/miner-process.ts'
import { alice, bob, charlie, dave } from '../support/signed-request.ts'

const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
const TAO = 1_000_000_000n

/** //Bob is our hotkey; //Alice and //Charlie weigh it, and //Dave, who does so, too, has no permit. */
const subnet = subnetOf(
  [
    { hotkey: alice.address, hasPermit: true, stake: 3_000n * TAO },
    { hotkey: bob.address, emission: TAO / 2n },
    { hotkey: charlie.address, hasPermit: true, stake: 1_000n * TAO },
    { hotkey: dave.address, stake: 9_000n * TAO },
  ],
  {
    tempo: 359,
    pool: { tao: 50_000n * TAO, alpha: 2_000_000n * TAO },
    weights: new Map([
      [0, [[1, 1] as const, [2, 1] as const]],
      [2, [[1, 7] as const]],
      [3, [[1, 1] as const]],
    ]),
  },
)
const row = (requests: number, usd: number, unknown = 0) => {
  return { requests, nano: usd * 1e9, unknown, promptTokens: 10, completionTokens: 5 }
}

const dayBefore = (daysAgo: number) => dayText(dayOf(Date.now()) - daysAgo)

describe('miner economics', () => {
  let data: string
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'miner-economics-'))
  })
  afterEach(() => rmSync(data, { recursive: true, force: true }))

  function keep(daysAgo: number, hotkeys: object) {
    const folder = join(data, 'chain', `money-1-${bob.address}`)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const name = `ledger-${dayBefore(daysAgo)}.json`
    writeFileSync(join(folder, name), JSON.stringify({ format: 1, hotkeys }), { mode: 0o600 })
  }
  async function economics(...flags: string[]) {
    await using node = await startChainNode({ subnets: [subnet] })
    return await economicsAt(node.url, ...flags)
  }
  async function economicsAt(network: string, ...flags: string[]) {
    const wallet = ['--wallet-path', wallets, '--wallet-name', 'plain']
    return await runMiner(['economics', '--network', network, ...wallet, ...flags], { env: { MINER_DATA_DIR: data } })
  }

  it('holds the mean cost of whole days against the emission, and gives each validator its part of both', async () => {
    keep(0, { [alice.address]: row(1_000, 100) })
    keep(1, { [alice.address]: row(10, 0.5), strangers: row(1, 0.1) })
    // Nobody asked two and three days ago.
    keep(4, { [alice.address]: row(30, 0.1) })
    const { code, stdout, stderr } = await economics('--tao-usd', '400', '--json')
    assert.equal(code, 0, stderr)
    const told = JSON.parse(stdout)
    const cost = { usd: 0.175, requests: 10.25, unknown: 0 }
    // Half an alpha in each of 20 epochs, at a fortieth of a TAO.
    assert.partialDeepStrictEqual(told, {
      netuid: 1,
      uid: 1,
      hotkey: bob.address,
      isToday: false,
      cost,
      emission: {
        alpha: 10,
        tao: 0.25,
        usd: 100,
        epochBlocks: 360,
        lastEpoch: '0.5',
        alphaPrice: '0.025',
        taoUsd: 400,
      },
      leftUsd: 99.825,
    })
    assert.deepEqual(told.days, [1, 2, 3, 4].map(dayBefore))
    const shares = told.hotkeys.map(({ hotkey, uid, weight, share, emission, cost }: Record<string, unknown>) => {
      return [hotkey, uid, weight, share, emission, cost]
    })
    assert.deepEqual(shares, [
      [alice.address, 0, 0.5, 0.6, { tao: 0.15, usd: 60 }, { usd: 0.15, requests: 10, unknown: 0 }],
      [charlie.address, 2, 1, 0.4, { tao: 0.1, usd: 40 }, { usd: 0, requests: 0, unknown: 0 }],
      ['strangers', null, null, null, null, { usd: 0.025, requests: 0.25, unknown: 0 }],
    ])
  })

  it('says what is not known: what a TAO is worth, and what answers cost', async () => {
    const { code, stdout } = await economics()
    assert.equal(code, 0)
    assert.match(stdout, /cost +unknown: the ledger has no day yet; miner serve keeps it/)
    assert.match(stdout, /emission +10 alpha = 0\.25 TAO, at 0\.025 TAO for an alpha/)
    assert.match(stdout, /worth +unknown: tell what a TAO is worth with --tao-usd/)
    assert.match(stdout, /left +unknown/)
    assert.match(stdout, /take it as an estimate/)
  })

  it('says where the cost is not known, or not all of it, and that at most so much is left', async () => {
    keep(1, { [alice.address]: row(10, 0.5, 2), [charlie.address]: row(4, 0, 4) })
    keep(2, {})
    const args = ['--tao-usd', '400']
    const told = JSON.parse((await economics(...args, '--json')).stdout)
    assert.deepEqual([told.cost, told.leftUsd], [{ usd: 0.25, requests: 7, unknown: 3 }, null])
    const costs = told.hotkeys.map(({ cost }: { cost: object }) => cost)
    assert.deepEqual(costs, [
      { usd: 0.25, requests: 5, unknown: 1 },
      { usd: null, requests: 2, unknown: 2 },
    ])
    const page = (await economics(...args)).stdout.replaceAll(/\s+/g, ' ')
    const span = `mean of the 2 days from ${dayBefore(2)} to ${dayBefore(1)}`
    assert.ok(page.includes(`cost $0.25 (${span}; the cost of 3 of 7 requests is not known)`), page)
    assert.match(page, /left at most \$99\.75, because the cost is not known whole/)
    assert.match(page, /\$0\.25\+\?.* \? /)
    keep(1, { [alice.address]: row(2, 0, 2) })
    const unknown = (await economics(...args)).stdout.replaceAll(/\s+/g, ' ')
    assert.match(unknown, /cost unknown \(.*; the cost of 1 of 1 requests is not known\).* left unknown/)
  })

  it('shows the cost of today so far where the ledger has no whole day, and takes it from the pay of none', async () => {
    keep(0, { [alice.address]: row(4, 2) })
    const { stdout } = await economics('--tao-usd', '400')
    assert.match(stdout, /cost +\$2\.00 \(today so far\)/)
    assert.match(stdout, /left +unknown: the ledger has no whole day yet\n/)
    assert.match(stdout, /HOTKEY +.* WORTH +COST SO FAR +REQUESTS SO FAR\n/)
    const { cost, leftUsd, isToday } = JSON.parse((await economics('--tao-usd', '400', '--json')).stdout)
    assert.deepEqual([cost.usd, leftUsd, isToday], [2, null, true])
  })

  it('shows a loss as one', async () => {
    keep(1, { [alice.address]: row(4, 2) })
    assert.match((await economics('--tao-usd', '4')).stdout, /left +-\$1\.00\n/)
  })

  it('shows what each day cost, the newest first, with its tokens and hotkeys', async () => {
    keep(0, { [alice.address]: row(4, 2) })
    keep(1, { [alice.address]: row(10, 0.5), [charlie.address]: row(2, 0, 2), strangers: row(8, 0.1) })
    keep(3, { [alice.address]: row(5, 0, 5) })
    const page = (await economics()).stdout.replaceAll(/ +/g, ' ')
    const rows = [
      'DAY COST REQUESTS A REQUEST TOKENS IN TOKENS OUT',
      `${dayBefore(0)} so far $2.00 4 $0.50 10 5`,
      `${dayBefore(1)} $0.60+? 20 $0.03+? 30 15`,
      `${dayBefore(2)} $0 0 – 0 0`,
      `${dayBefore(3)} ? 5 ? 10 5`,
    ]
    assert.ok(page.includes(`\n${rows.join('\n')}\n\n`), page)
    const { daily } = JSON.parse((await economics('--json', '--days', '1')).stdout)
    assert.deepEqual(
      daily.map(({ day, isToday, cost }: Record<string, unknown>) => [day, isToday, cost]),
      [
        [dayBefore(0), true, { usd: 2, requests: 4, unknown: 0 }],
        [dayBefore(1), false, { usd: 0.6, requests: 20, unknown: 2 }],
      ],
    )
    assert.deepEqual(daily[1].tokens, { prompt: 30, completion: 15 })
    assert.deepEqual(daily[1].hotkeys[1], {
      hotkey: charlie.address,
      cost: { usd: null, requests: 2, unknown: 2 },
      tokens: { prompt: 10, completion: 5 },
    })
  })

  it('shows the cost without a chain, and why the emission is not known', async () => {
    keep(0, {})
    keep(1, { [alice.address]: row(10, 0.5) })
    const none = await economicsAt('none', '--tao-usd', '400')
    assert.equal(none.code, 0, none.stderr)
    assert.match(none.stdout, new RegExp(`^${bob.address} on subnet 1, a day`))
    assert.match(none.stdout, / cost +\$0\.50 /)
    assert.match(none.stdout, / emission +unknown: the settings leave out the chain .*\n +left +unknown\n/)
    assert.match(none.stdout, /HOTKEY +COST +REQUESTS\n5Grw\S+ +\$0\.50 +10\n/)
    assert.match(none.stdout, /To see the emission: name a chain with --network/)
    const told = JSON.parse((await economicsAt('none', '--json')).stdout)
    assert.partialDeepStrictEqual(told, {
      netuid: 1,
      uid: null,
      hotkey: bob.address,
      block: null,
      blockAt: null,
      cost: { usd: 0.5, requests: 10, unknown: 0 },
      emission: null,
      emissionUnknown: { message: 'the settings leave out the chain (subtensor.network = "none")' },
      leftUsd: null,
    })
    assert.deepEqual(told.hotkeys[0].cost, { usd: 0.5, requests: 10, unknown: 0 })
  })

  it('shows the cost when the chain does not answer, and when the hotkey is not registered', async () => {
    keep(1, { [alice.address]: row(10, 0.5) })
    const node = await startChainNode({ subnets: [subnet] })
    await node[Symbol.asyncDispose]()
    const unreachable = await economicsAt(node.url)
    assert.equal(unreachable.code, 0, unreachable.stderr)
    assert.match(unreachable.stdout, / cost +\$0\.50 /)
    assert.match(
      unreachable.stdout.replaceAll(/\s+/g, ' '),
      / emission unknown: the chain’s endpoint ws:\S+ failed: .* left unknown/,
    )
    await using other = await startChainNode({ subnets: [subnetOf([{ hotkey: alice.address }])] })
    const { code, stdout } = await economicsAt(other.url, '--json')
    assert.equal(code, 0)
    const { cost, emission, emissionUnknown } = JSON.parse(stdout)
    assert.deepEqual([cost.usd, emission], [0.5, null])
    assert.match(emissionUnknown.message, /is not registered on subnet 1/)
  })

  it('reports a day that is damaged, an unknown subnet, and a wrong count', async () => {
    keep(2, [])
    const damaged = await economics()
    assert.equal(damaged.code, 1)
    assert.match(damaged.stderr, /what a day cost is not known: .*ledger-.*\.json is damaged/)
    const elsewhere = await economics('--netuid', '7')
    assert.equal(elsewhere.code, 2)
    assert.match(elsewhere.stderr, /the chain has no subnet 7/)
    assert.equal((await economics('--days', 'few')).code, 2)
    assert.equal((await economics('--days', '401')).code, 2)
  })
})
