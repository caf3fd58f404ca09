import assert from 'node:assert/strict'
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { alice, bob, charlie, dave, send, signedRequest } from '../support/signed-request.ts'

const TAO = 1_000_000_000n
const neurons = [
  { hotkey: alice.address, hasPermit: true, stake: 5_000n * TAO },
  { hotkey: bob.address },
  { hotkey: charlie.address, stake: 20n * TAO },
]

type Rule = { readonly rule: string; readonly verdict: string; readonly why: string }

describe('miner policy explain', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'miner-explain-'))
    cpSync(fileURLToPath(new URL('../fixtures/wallets', import.meta.url)), join(home, 'wallets'), { recursive: true })
    chmodSync(join(home, 'wallets/plain/hotkeys/default'), 0o600)
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  const env = () => ({
    MINER_DATA_DIR: join(home, 'data'),
    BT_WALLET_PATH: join(home, 'wallets'),
    BT_WALLET_NAME: 'plain',
  })
  const explained = async (hotkey: string, ...args: string[]) => await explainedWith(0, hotkey, ...args)
  const explainedWith = async (exit: number, hotkey: string, ...args: string[]) => {
    const { code, stdout, stderr } = await runMiner(['policy', 'explain', hotkey, '--json', ...args], { env: env() })
    assert.deepEqual([code, stderr], [exit, ''])
    const document = JSON.parse(stdout)
    return { ...document, verdicts: document.rules.map(({ rule, verdict }: Rule) => `${rule} ${verdict}`) }
  }

  it('holds a hotkey against the configuration and the chain, without a running miner', async () => {
    await using node = await startChainNode({ subnets: [subnetOf(neurons)] })
    const settings = ['--network', node.url, '--min-stake', '1000', '--rate', '30/min']
    const validator = await explained(alice.address, ...settings)
    assert.deepEqual(validator.verdicts, [
      'deny passes',
      'allow passes',
      'own place off',
      'registered passes',
      'permit passes',
      'stake passes',
    ])
    assert.deepEqual(
      [validator.admitted, validator.chain, validator.chainError, validator.standing],
      [true, 'fresh', null, { uid: 0, stake: '5000', permit: true }],
    )
    const { network, ...lookedFor } = validator.policyOf.lookedFor
    assert.deepEqual(
      [validator.policyOf.running, lookedFor],
      [false, { wallet: 'plain/default', hotkey: bob.address, netuid: 1, error: null }],
    )
    const { stdout, stderr } = await runMiner(['policy', 'explain', alice.address, ...settings], { env: env() })
    assert.equal(stderr, '')
    const whose = `plain/default \\(${bob.address.slice(0, 4)}\\S+\\) on netuid 1 of \\S+`
    assert.match(stdout, /^ {2}place +with the weight of its stake, 5,000\.00 TAO$/m)
    assert.match(stdout.replaceAll(/\s+/g, ' '), new RegExp(`no miner serve of ${whose} runs on this machine`))
    assert.deepEqual(validator.rates, [
      { of: 'operator', rate: '30/min', by: 'hotkey', counts: 'requests', left: null },
    ])
    assert.deepEqual(validator.place, { stranger: false, allowed: false, stake: '5000', priorityHook: null })

    const poor = await explained(charlie.address, ...settings, '--no-require-permit')
    assert.deepEqual(poor.verdicts.slice(-2), ['permit off', 'stake refuses'])
    assert.deepEqual(poor.refusal, {
      status: 403,
      code: 'BLACKLISTED',
      message: 'Forbidden. Key is blacklisted: stake below minimum.',
    })
    const stranger = await explained(dave.address, '--network', node.url, '--no-require-permit', '--allow-unregistered')
    assert.deepEqual(stranger.place, { stranger: true, allowed: false, stake: '0', priorityHook: null })
    assert.deepEqual(stranger.rates, [
      { of: 'route', rate: '10 in 10 s', by: 'address', counts: 'requests', left: null },
    ])
    const denied = await explained(alice.address, ...settings, '--deny', alice.address)
    assert.deepEqual(denied.verdicts.slice(0, 2), ['deny refuses', 'allow not asked'])
    assert.deepEqual(denied.rules[1], { rule: 'allow', verdict: 'not asked' })
    const ping = await explained(alice.address, ...settings, '--synapse', 'Synapse')
    assert.deepEqual([ping.synapse, ping.admitted, ping.rates, ping.place], ['Synapse', true, [], null])
    const offline = await explained(alice.address, '--network', 'none')
    assert.deepEqual([offline.chain, offline.standing], [null, null])
  })

  it('tells what the running miner has in force, and what a rate leaves', async () => {
    await using node = await startChainNode({ subnets: [subnetOf(neurons)] })
    const config = join(home, 'config.toml')
    writeFileSync(config, '[policy]\nrate = "3/day"\n')
    const listens = ['--axon-host', '127.0.0.1', '--axon-port', '0', '--no-announce']
    await using miner = await startMiner(
      ['serve', '--use', 'echo', ...listens, '--network', node.url, '--config', config],
      { env: env() },
    )
    assert.equal((await send(miner.url, signedRequest())).status, 200)
    writeFileSync(config, `[policy]\nrate = "3/day"\ndeny = ["${charlie.address}"]\n`)
    const reloaded = miner.next('reloaded')
    miner.send('SIGHUP')
    await reloaded

    // The file is renewed after the reload, and this command knows neither the rate nor the list.
    const args = ['--network', node.url]
    let denied = await explained(charlie.address, ...args)
    while (denied.verdicts[0] !== 'deny refuses') {
      await setTimeout(50)
      denied = await explained(charlie.address, ...args)
    }
    assert.equal(denied.policyOf.running, true)
    assert.equal(denied.refusal.status, 403)
    const validator = await explained(alice.address, ...args)
    assert.deepEqual(
      [validator.admitted, validator.rates],
      [true, [{ of: 'operator', rate: '3/day', by: 'hotkey', counts: 'requests', left: 2 }]],
    )
    // A new policy renews the file at once, with what the rates leave.
    for (let asked = 0; asked < 2; asked++) assert.equal((await send(miner.url, signedRequest())).status, 200)
    writeFileSync(config, `[policy]\nrate = "3/day"\ndeny = ["${charlie.address}", "${dave.address}"]\n`)
    const again = miner.next('reloaded')
    miner.send('SIGHUP')
    await again
    let used = await explained(alice.address, ...args)
    while (used.admitted) {
      await setTimeout(50)
      used = await explained(alice.address, ...args)
    }
    const { retryAfter, ...refusal } = used.refusal
    assert.deepEqual(refusal, { status: 429, code: 'RATE_EXCEEDED', message: 'Too many requests: at most 3/day' })
    assert.ok(retryAfter > 8 * 3_600 - 3_600 && retryAfter <= 8 * 3_600, String(retryAfter))
    assert.deepEqual([used.rates[0].left, used.place], [0, null])
    const page = await runMiner(['policy', 'explain', alice.address, ...args], { env: env() })
    assert.match(page.stdout, /^refused with 429: Too many requests: at most 3\/day; it may ask again in [78] h/)
    assert.deepEqual(validator.policyOf.unusedSettings, [])
    const flags = ['--deny', alice.address, '--min-stake', '7000']
    const flagged = await explained(alice.address, ...args, ...flags)
    assert.deepEqual([flagged.verdicts[0], flagged.policyOf.unusedSettings], ['deny passes', ['--deny', '--min-stake']])
    const warned = await runMiner(['policy', 'explain', alice.address, ...args, ...flags], { env: env() })
    assert.match(
      warned.stderr,
      /^warning: the policy of the running miner is in force: --deny, --min-stake are not used$/m,
    )
    const { stdout } = await runMiner(['policy', 'explain', charlie.address, ...args], { env: env() })
    assert.match(stdout, /^refused with 403: Forbidden\. Key is blacklisted: blacklisted hotkey\.\n/)
    assert.match(stdout, /^ {2}policy +of the running miner, process \d+, as of \d+ s ago$/m)
    assert.match(stdout, /^ {2}deny +refuses: policy\.deny names it$/m)
    await miner.stop()
    assert.equal((await explained(charlie.address, ...args)).policyOf.running, false)
  })

  it('refuses to explain a synapse of another dialect than that of the running miner', async () => {
    await using node = await startChainNode({ subnets: [subnetOf(neurons)] })
    const listens = ['--axon-host', '127.0.0.1', '--axon-port', '0', '--no-announce']
    const serve = ['serve', '--use', 'echo', ...listens, '--network', node.url, '--dialect', 'readyai']
    await using miner = await startMiner(serve, { env: env() })
    const args = ['--network', node.url]
    // The miner has said that it serves, and tells others so a little later.
    while (!(await explained(alice.address, ...args, '--dialect', 'readyai')).policyOf.running) await setTimeout(50)
    const { code, stderr } = await runMiner(['policy', 'explain', alice.address, ...args], { env: env() })
    assert.equal(code, 2)
    assert.match(stderr, /speaks the dialect readyai, and this command prompting\n {2}try: add --dialect readyai, /)
    const same = await explained(alice.address, ...args, '--dialect', 'readyai')
    assert.deepEqual([same.synapse, same.blacklistHook, same.place.priorityHook], ['CgSynapse', false, false])
    // Its own variables are another matter than those of this shell.
    const variables = { ...env(), MINER_POLICY_MIN_STAKE: '7000', MINER_POLICY_RATE: 'none' }
    const shell = ['policy', 'explain', alice.address, ...args, '--dialect', 'readyai']
    const warned = await runMiner(shell, { env: variables })
    assert.match(warned.stderr, /in force: MINER_POLICY_MIN_STAKE is not used$/m)
    await miner.stop()
  })

  it('goes by the last metagraph on disk while the chain is out of reach', async () => {
    let url = ''
    {
      await using node = await startChainNode({ subnets: [subnetOf(neurons)] })
      url = node.url
      const listens = ['--axon-host', '127.0.0.1', '--axon-port', '0', '--no-announce']
      await using miner = await startMiner(['serve', '--use', 'echo', ...listens, '--network', url], { env: env() })
      await miner.stop()
    }
    const known = await explained(alice.address, '--network', url)
    assert.deepEqual([known.chain, known.admitted, known.chainError.code], ['stale', true, 'UNREACHABLE'])
    const later = await explainedWith(1, dave.address, '--network', url)
    assert.deepEqual([later.standing, later.refusal.code], ['unknown', 'STANDINGS_UNKNOWN'])
  })

  it('says why, and exits with 1, when it knows nothing of the standing', async () => {
    let url = ''
    {
      await using node = await startChainNode({ subnets: [subnetOf(neurons)] })
      url = node.url
    }
    const unknown = await explainedWith(1, alice.address, '--network', url)
    assert.deepEqual(
      [unknown.chain, unknown.chainError.code, unknown.refusal.retryAfter],
      ['unknown', 'UNREACHABLE', 12],
    )
    assert.ok(unknown.chainError.hint.length > 0)
    const { code, stderr } = await runMiner(['policy', 'explain', alice.address, '--network', url], { env: env() })
    assert.equal(code, 1)
    assert.match(stderr, /^warning: .*\(UNREACHABLE\)\n {2}try: \S/s)
    // The lists decide without the chain.
    await explained(alice.address, '--network', url, '--deny', alice.address)
  })

  it('warns of a wallet that does not exist', async () => {
    await using node = await startChainNode({ subnets: [subnetOf(neurons)] })
    const args = ['--network', node.url, '--wallet-name', 'nobody']
    const { policyOf } = await explained(alice.address, ...args)
    assert.deepEqual(
      [policyOf.running, policyOf.lookedFor.wallet, policyOf.lookedFor.hotkey, policyOf.lookedFor.error.code],
      [false, 'nobody/default', null, 'HOTKEY_NOT_FOUND'],
    )
    const { code, stdout, stderr } = await runMiner(['policy', 'explain', alice.address, ...args], { env: env() })
    assert.equal(code, 0)
    assert.match(stderr, /^warning: .*\(HOTKEY_NOT_FOUND\)\n {2}try: \S/s)
    assert.match(stdout, /nobody\/default is not known/)
  })
})
