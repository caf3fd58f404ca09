import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startChainNode } from '../../support/chain/start-chain-node.ts'
import { startChainProxy } from '../../support/chain/start-chain-proxy.ts'
import { startTcpRelay } from '../../support/chain/start-tcp-relay.ts'
import type { Ended } from '../../support/child-process.ts'
import { startMiner } from '../../support/miner-process.ts'
import { callers, theirSubnet } from '../../support/network/callers.ts'
import { startLoad } from '../../support/network/start-load.ts'

const wallets = fileURLToPath(new URL('../../fixtures/wallets', import.meta.url))

/** The arguments of a miner of //Bob, which announces itself. */
const serve = (url: string) => [
  'serve',
  ...['--use', 'echo', '--wallet-path', wallets, '--wallet-name', 'plain'],
  ...['--axon-host', '127.0.0.1', '--axon-port', '0', '--axon-external-ip', '203.0.113.7'],
  ...['--network', url, '--allow', callers.allowed.by.address],
]

/** Nothing but records of the log may be printed, and the process ends by itself. */
function assertEnded({ code, signal, stdout, stderr }: Ended): void {
  assert.deepEqual({ code, signal, stdout }, { code: 0, signal: null, stdout: '' })
  for (const line of stderr.trimEnd().split('\n')) assert.equal(typeof JSON.parse(line).event, 'string', line)
}

describe('miner serve', function () {
  this.timeout(600_000)

  it('survives a bad day, prints nothing but its log, and ends with 0', async () => {
    await using node = await startChainNode({ subnets: [theirSubnet()] })
    await using proxy = await startChainProxy(node.url)
    await using miner = await startMiner(serve(proxy.url))
    if (!miner.records.some(({ event }) => event === 'announced')) await miner.next('announced')
    {
      await using load = startLoad(miner.url)
      await load.rounds(1)
      const lost = miner.next('chainLost')
      proxy.upgradeRefusal = { status: 503 }
      proxy.drop()
      await lost
      const health = await fetch(`${miner.url}/healthz`)
      assert.deepEqual([health.status, await health.json()], [200, { status: 'serving', chain: 'stale' }])
      await load.rounds(1)
      const back = miner.next('chainBack')
      node.upgrade(343)
      const dropped = ['chainHead_v1_follow', 'SubnetInfoRuntimeApi_get_selective_mechagraph'].map(proxy.dropDuring)
      proxy.upgradeRefusal = undefined
      await Promise.all([...dropped, back])
      await load.rounds(1)
      assert.deepEqual(load.wrong, [])
    }
    assertEnded(await miner.stop())
    assert.ok(proxy.calls.total <= 600, `${proxy.calls.total} calls`)
    assert.equal(node.chain.served.length, 1)
  })

  for (const [name, begin] of Object.entries({
    stalls: async (url: string) => {
      const proxy = await startChainProxy(url)
      return Object.assign(proxy, { begin: () => proxy.stall() })
    },
    'is half-open': async (url: string) => {
      const relay = await startTcpRelay(url)
      return Object.assign(relay, { begin: () => relay.freeze() })
    },
    closes: async (url: string) => {
      const proxy = await startChainProxy(url)
      const begin = () => {
        proxy.isRefusing = true
        proxy.drop()
      }
      return Object.assign(proxy, { begin })
    },
  }))
    it(`ends with 0 at SIGTERM while the connection ${name}`, async () => {
      await using node = await startChainNode({ subnets: [theirSubnet()] })
      await using line = await begin(node.url)
      await using miner = await startMiner(serve(line.url))
      await using load = startLoad(miner.url)
      await load.rounds(1)
      line.begin()
      await load.rounds(1)
      await load[Symbol.asyncDispose]()
      assert.deepEqual(load.wrong, [])
      assertEnded(await miner.stop())
    })

  it('serves on a full disk, and says so', async () => {
    const data = mkdtempSync(join(tmpdir(), 'miner-full-'))
    after(() => rmSync(data, { recursive: true, force: true }))
    await using node = await startChainNode({ subnets: [theirSubnet()] })
    // The system refuses each write to a file, as that of a full disk does.
    await using miner = await startMiner(serve(node.url), {
      env: { MINER_DATA_DIR: data },
      wrapper: ['sh', '-c', 'ulimit -f 0; exec "$@"', 'sh'],
    })
    await using load = startLoad(miner.url)
    await load.rounds(3)
    await load[Symbol.asyncDispose]()
    assert.deepEqual(load.wrong, [])
    const events = miner.records.map(({ event }) => event)
    assert.equal(events.filter(event => event === 'metagraphNotSaved').length, 1)
    assert.equal(events.filter(event => event === 'stateUnwritten').length, 1)
    assertEnded(await miner.stop())
  })
})
