import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { spawnMiner } from '../support/miner-process.ts'
import { alice, bob } from '../support/signed-request.ts'
import { hasTerminal, onTerminal } from '../support/terminal.ts'

const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
const remote = (network: string, url: string) => [
  ...['audit', '--remote', '--url', url, '--network', network, '--as', 'phrase/default'],
  ...['--wallet-path', wallets, '--wallet-name', 'plain'],
]
const startNode = (axon?: { ip: bigint; port: number }) =>
  startChainNode({ subnets: [subnetOf([{ hotkey: alice.address }, { hotkey: bob.address, ...(axon && { axon }) }])] })

describe('miner audit --remote', () => {
  it('attacks no address that the chain does not announce for the hotkey of the wallet', async () => {
    await using silent = await startNode()
    await using node = await startNode({ ip: 0xcb007107n, port: 8091 }) // 203.0.113.7
    for (const [network, url, announced] of [
      [silent.url, 'http://203.0.113.7:8091', 'announces no axon'],
      [node.url, 'http://203.0.113.7:8092', 'announces 203.0.113.7:8091, not 203.0.113.7:8092'],
      [node.url, 'http://203.0.113.8:8091', 'announces 203.0.113.7:8091, not 203.0.113.8:8091'],
    ] as const) {
      const { code, stdout } = await spawnMiner([...remote(network, url), '--yes', '--json'])
      const { error } = JSON.parse(stdout)
      assert.deepEqual([code, error.code], [2, 'NOT_ANNOUNCED'])
      assert.ok(error.message.includes(announced), error.message)
    }
  })

  it('attacks nothing without a confirmation', async () => {
    await using node = await startNode({ ip: 0xcb007107n, port: 8091 })
    const { code, stdout } = await spawnMiner([...remote(node.url, 'http://203.0.113.7:8091'), '--json'])
    assert.deepEqual([code, JSON.parse(stdout).error.code], [2, 'NOT_CONFIRMED'])
  })

  it('asks for the address at a terminal, and ends when another one is typed', async function () {
    if (!hasTerminal()) this.skip()
    await using node = await startNode({ ip: 0xcb007107n, port: 8091 })
    for (const typed of ['yes\n', '\u0004']) {
      await using run = onTerminal(remote(node.url, 'http://203.0.113.7:8091'))
      await run.says('Type the address to go on: ')
      run.child.stdin.write(typed)
      const { code } = await run.ended
      assert.equal(code, 2)
      assert.match(run.said.stdout, /the attack is not confirmed: another address was typed/)
    }
  })
})
