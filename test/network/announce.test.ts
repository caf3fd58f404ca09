import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { RECORDED_BLOCK } from '../support/chain/recorded-subnet.ts'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { type NeuronOf, subnetOf } from '../support/chain/subnet-of.ts'
import { runMiner } from '../support/miner-process.ts'
import { alice, bob } from '../support/signed-request.ts'

const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
const ip = ['--axon-external-ip', '203.0.113.7']
const announce = async (url: string, ...args: string[]) => {
  const own = ['--wallet-path', wallets, '--wallet-name', 'plain']
  const { code, stdout, stderr } = await runMiner(['announce', '--network', url, ...own, ...args])
  return { code, stdout, stderr }
}
const startNode = (ofBob: Partial<NeuronOf> = {}, subnet = {}) =>
  startChainNode({ subnets: [subnetOf([{ hotkey: alice.address }, { hotkey: bob.address, ...ofBob }], subnet)] })
const withoutLimit = { servingRateLimit: 0 }

describe('miner announce', () => {
  it('tells the chain the address once, and not again', async () => {
    await using node = await startNode()
    const first = await announce(node.url, ...ip, '--axon-external-port', '8093')
    assert.equal(first.code, 0, first.stderr)
    assert.match(first.stdout, /^the chain holds 203\.0\.113\.7:8093 since block [\d,]+\n$/)
    assert.partialDeepStrictEqual(node.subnet().neurons[1]?.axon, { port: 8093, protocol: 4 })
    const again = await announce(node.url, ...ip, '--axon-external-port', '8093')
    assert.match(again.stdout, /^the chain holds 203\.0\.113\.7:8093 already, since block [\d,]+\n$/)
    assert.equal(node.chain.served.length, 1)
    const { stdout } = await announce(node.url, ...ip, '--axon-external-port', '8093', '--json')
    const document = JSON.parse(stdout)
    assert.deepEqual(Object.keys(document), ['netuid', 'hotkey', 'ip', 'port', 'changed', 'block'])
    assert.deepEqual([document.hotkey, document.port, document.changed], [bob.address, 8093, false])
  })

  it('takes the announcement back with --stop', async () => {
    await using node = await startNode({ axon: { ip: 0xcb007107n, port: 8091 } }, withoutLimit)
    const { code, stdout } = await announce(node.url, '--stop')
    assert.equal(code, 0)
    assert.match(stdout, /^the chain holds no address of this axon since block [\d,]+\n$/)
    assert.partialDeepStrictEqual(node.subnet().neurons[1]?.axon, { ip: 0n, port: 1 })
    assert.equal((await announce(node.url, '--stop')).stdout, 'nothing is announced\n')
    assert.equal(node.chain.served.length, 1)
    const { stdout: json } = await announce(node.url, '--stop', '--json')
    assert.deepEqual(JSON.parse(json), {
      netuid: 1,
      hotkey: bob.address,
      ip: null,
      port: null,
      changed: false,
      block: null,
    })
  })

  it('tells how long to wait when the subnet limits it, without asking the chain for what it would refuse', async () => {
    const block = BigInt(RECORDED_BLOCK - 10)
    await using node = await startNode({ axon: { ip: 0xcb007107n, port: 8091, block } })
    const { code, stderr } = await announce(node.url, ...ip, '--axon-external-port', '8093')
    assert.equal(code, 1)
    assert.match(stderr, /^error: the subnet limits how often an axon may be announced\n {2}try: again in [78] min$/m)
    assert.equal(node.chain.served.length, 0)
  })

  it('says what is wrong, with its exit code', async () => {
    await using node = await startNode()
    const cases: [args: string[], code: number, error: string][] = [
      [['--axon-port', '0', ...ip], 2, 'PORT_MISSING'],
      [['--axon-port', '0', '--axon-external-ip', '0.0.0.0'], 2, 'PORT_MISSING'],
      [['--axon-external-ip', '224.0.0.1', '--network', 'finney'], 2, 'ADDRESS_UNROUTABLE'],
      [['--axon-external-ip', '0.0.0.0'], 2, 'ADDRESS_UNROUTABLE'],
      [['--network', 'none'], 2, 'CONFIG_INVALID'],
      [['--netuid', '7', ...ip], 2, 'SUBNET_UNKNOWN'],
    ]
    for (const [args, code, error] of cases) {
      const network = args.includes('--network') ? [] : ['--network', node.url]
      const own = ['--wallet-path', wallets, '--wallet-name', 'plain']
      const ended = await runMiner(['announce', ...own, ...network, ...args, '--json'])
      assert.deepEqual([ended.code, JSON.parse(ended.stdout).error.code], [code, error], ended.stdout)
    }
    node.deregister(bob.address)
    const { code, stderr } = await announce(node.url, ...ip)
    assert.equal(code, 2)
    assert.match(stderr, /is not registered on subnet 1\n {2}try: .*btcli subnet register --netuid 1 /s)
  })
})
