import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import nock from 'nock'
import { readState, statePath } from '#dist/app/state/serving-state.js'
import { RECORDED_BLOCK } from '../support/chain/recorded-subnet.ts'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { type NeuronOf, subnetOf } from '../support/chain/subnet-of.ts'
import { runMiner, startMiner } from '../support/miner-process.ts'
import { alice, bob, charlie, dave } from '../support/signed-request.ts'

const TAO = 1_000_000_000n
const LOOPBACK = 0x7f000002n
const miners = { hotkey: bob.address, incentive: 65_535, emission: 5n * TAO }
const neurons: readonly NeuronOf[] = [
  { hotkey: alice.address, hasPermit: true, stake: 5000n * TAO },
  miners,
  { hotkey: charlie.address, stake: 20n * TAO },
]
const startNode = (ofBob: Partial<NeuronOf> = {}, others: readonly NeuronOf[] = []) =>
  startChainNode({
    subnets: [subnetOf([...neurons.map((one, uid) => (uid === 1 ? { ...one, ...ofBob } : one)), ...others])],
  })

type Document = {
  readonly checks: readonly {
    readonly name: string
    readonly findings: readonly {
      readonly verdict: string
      readonly code?: string
      readonly message: string
      readonly hint?: string
    }[]
  }[]
}

describe('miner doctor with a chain', () => {
  // The chain refuses 127.0.0.1 itself.
  before(() => nock.enableNetConnect(/^127\.0\.0\.[12](:|$)/))
  after(() => nock.enableNetConnect('127.0.0.1'))

  let home: string
  let wallets: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'miner-doctor-'))
    wallets = join(home, 'wallets')
    cpSync(fileURLToPath(new URL('../fixtures/wallets', import.meta.url)), wallets, { recursive: true })
    for (const name of ['plain', 'locked']) chmodSync(join(wallets, name, 'hotkeys/default'), 0o600)
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  const env = () => ({ MINER_DATA_DIR: join(home, 'data'), BT_WALLET_PATH: wallets, BT_WALLET_NAME: 'plain' })
  const address = ['--axon-external-ip', '127.0.0.2']
  const subnet = 'chain,registration,callers'
  const doctor = async (url: string, only: string, ...more: string[]) => {
    const args = ['doctor', '--use', 'echo', '--network', url, ...address, '--json', '--only', only, ...more]
    const { code, stdout } = await runMiner(args, { env: env() })
    const document: Document = JSON.parse(stdout)
    const brief = document.checks.flatMap(({ name, findings }) =>
      findings.map(({ verdict, code = '' }) => `${name} ${verdict} ${code}`.trim()),
    )
    const first = (check: string) => document.checks.find(({ name }) => name === check)!.findings[0]!
    return { code, brief, first }
  }

  it('finds nothing wrong with a miner that serves, announces and is asked', async () => {
    await using node = await startNode()
    const loopback = ['--axon-host', '127.0.0.2', '--axon-port', '0']
    const serve = ['serve', '--use', 'echo', ...loopback, '--network', node.url, ...address]
    await using miner = await startMiner(serve, { env: env() })
    if (!miner.records.some(({ event }) => event === 'announced')) await miner.next('announced')
    const found = await doctor(
      node.url,
      `${subnet},port,serving,address,headers,files`,
      '--axon-host',
      '127.0.0.2',
      '--axon-port',
      String(miner.port),
    )
    assert.deepEqual(
      [found.code, found.brief.filter(line => !line.startsWith('files'))],
      [0, ['chain', 'registration', 'callers', 'port', 'serving', 'address', 'headers'].map(name => `${name} ok`)],
    )
    assert.match(found.first('port').message, new RegExp(`is held by the miner that runs, process ${miner.pid}$`))
    assert.match(found.first('registration').message, /^uid 1 on subnet 1, place 1 of 3 by incentive$/)
    assert.match(found.first('callers').message, /^1 of 1 validators with a permit may ask$/)
    assert.match(found.first('address').message, /, as this machine announces it, where the axon answers in \d+ ms$/)
  })

  it('gives the command that registers the hotkey', async () => {
    await using node = await startNode()
    node.deregister(bob.address)
    const found = await doctor(node.url, subnet)
    assert.deepEqual([found.code, found.brief], [1, ['chain ok', 'registration fault UNREGISTERED', 'callers ok']])
    assert.match(
      found.first('registration').hint!,
      /^register it: btcli subnet register --netuid 1 --wallet-name plain .*; or name the subnet .* 1 is the default of --netuid$/,
    )
    const named = await doctor(node.url, 'registration', '--netuid', '1')
    assert.doesNotMatch(named.first('registration').hint!, /default of --netuid/)
  })

  it('warns of a neuron without incentive, of the lowest emission, and of an immunity that ends', async () => {
    await using node = await startNode({ incentive: 0, emission: 0n }, [{ hotkey: dave.address, emission: TAO }])
    assert.deepEqual((await doctor(node.url, 'registration')).brief, [
      'registration warning NO_INCENTIVE',
      'registration warning LOWEST_EMISSION',
    ])
    await using young = await startNode({ registeredAt: RECORDED_BLOCK - 7_000 })
    const { brief, first } = await doctor(young.url, 'registration')
    assert.deepEqual(brief, ['registration warning IMMUNITY_ENDS'])
    assert.match(first('registration').message, /^the immunity ends in /)
  })

  it('finds settings that admit no validator, or too few', async () => {
    await using node = await startNode({}, [{ hotkey: dave.address, hasPermit: true, stake: 100n * TAO }])
    assert.deepEqual((await doctor(node.url, 'callers', '--min-stake', '9000')).brief, ['callers fault NO_CALLERS'])
    const few = await doctor(node.url, 'callers', '--deny', alice.address)
    assert.deepEqual([few.code, few.brief], [0, ['callers warning CALLERS_FEW']])
    assert.equal(
      few.first('callers').message,
      '1 of 2 validators with a permit may ask, and the others hold more than half of their stake',
    )
    assert.equal(
      few.first('callers').hint,
      `miner policy explain ${alice.address} --deny ${alice.address} --network ${node.url}`,
    )
  })

  it('finds an address that is not announced, announced elsewhere, or taken by another program', async () => {
    await using bare = await startNode()
    assert.deepEqual((await doctor(bare.url, 'address')).brief, ['address fault UNANNOUNCED'])

    const server = createServer((_, response) => response.end('hello'))
    server.listen(0, '127.0.0.2')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await using node = await startNode({ axon: { ip: LOOPBACK, port } })
    const taken = await doctor(node.url, 'address', '--axon-external-port', String(port))
    assert.deepEqual(taken.brief, ['address fault ADDRESS_TAKEN'])
    server.close()

    const unseen = await doctor(node.url, 'address', '--axon-external-port', String(port))
    assert.deepEqual([unseen.code, unseen.brief], [0, ['address unknown']])
    assert.match(
      unseen.first('address').hint!,
      /^from another machine: curl .*\/healthz; open the port in the firewall/,
    )

    const block = BigInt(RECORDED_BLOCK - 10)
    await using moved = await startNode({ axon: { ip: LOOPBACK, port: 9, block } })
    const elsewhere = await doctor(moved.url, 'address', '--axon-external-port', '8091')
    assert.ok(elsewhere.brief.includes('address fault ANNOUNCED_ELSEWHERE'))
    assert.match(elsewhere.first('address').hint!, /; the chain takes another announcement in 4\d blocks only/)
  })

  it('tells by what a miner refused that the subnet may speak another dialect', async () => {
    await using node = await startNode()
    const serve = ['serve', '--use', 'echo', '--axon-port', '0', '--network', node.url, '--no-announce']
    await using miner = await startMiner(serve, { env: env() })
    const reply = await fetch(`${miner.url}/ScoreCard`, { method: 'POST' })
    assert.equal(reply.status, 404)
    const path = statePath(join(home, 'data/chain'), { netuid: 1, hotkey: bob.address })
    while (!(await readState(path)).state?.requests.reasons.length) await setTimeout(50)
    const found = await doctor(node.url, 'serving')
    assert.deepEqual(found.brief, ['serving unknown'])
    assert.match(
      found.first('serving').message,
      /^1 request of the last hour asked for ScoreCard, which the dialect prompting does not have; /,
    )
    await miner.stop()
    assert.deepEqual((await doctor(node.url, 'serving', '--no-announce')).brief, ['serving fault NOT_SERVING'])
  })

  it('tells what it can when the chain is out of reach', async () => {
    const found = await doctor('ws://127.0.0.1:1', `${subnet},wallet,node`)
    assert.deepEqual(
      [found.code, found.brief],
      [1, ['node ok', 'wallet ok', 'chain fault UNREACHABLE', 'registration unknown', 'callers unknown']],
    )
  })

  it('reaches the chain without a hotkey', async () => {
    await using node = await startNode()
    const found = await doctor(node.url, `${subnet},wallet,address`, '--wallet-name', 'locked')
    assert.deepEqual(
      [found.code, found.brief],
      [
        0,
        ['wallet warning PASSWORD_MISSING', 'chain ok', 'registration unknown', 'callers unknown', 'address unknown'],
      ],
    )
    assert.equal(found.first('registration').message, 'needs the hotkey and the chain: see the checks wallet and chain')
  })

  it('finds a subnet that the chain does not have', async () => {
    await using node = await startNode()
    assert.deepEqual((await doctor(node.url, 'chain', '--netuid', '77')).brief, ['chain fault SUBNET_UNKNOWN'])
  })
})
