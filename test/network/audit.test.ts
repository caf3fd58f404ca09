import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { pipeline } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type PlainAxon, plainAxon } from '../audit/plain-axon.ts'
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
    for (const [typed, exit, why] of [
      ['yes\n', 2, /the attack is not confirmed: another address was typed/],
      ['\n', 2, /the attack is not confirmed: nothing was typed/],
      ['\u0004', 2, /the attack is not confirmed: nothing was typed/],
      ['\u0003', 130, /the attack is not confirmed$/m],
    ] as const) {
      await using run = onTerminal(remote(node.url, 'http://203.0.113.7:8091'))
      await run.says('Type the address to go on: ')
      run.child.stdin.write(typed)
      const { code } = await run.ended
      assert.equal(code, exit)
      assert.match(run.said.stdout.replaceAll('\r', ''), why)
    }
  })

  it('attacks the announced address when it is typed, or with --yes', async function () {
    const host = ownAddress()
    if (host === undefined || !hasTerminal()) this.skip()
    this.timeout(180_000)
    for (const isTyped of [true, false]) {
      await using axon = await plainAxon('takes no signature')
      await using front = await frontOf(axon, host)
      const address = `${host}:${front.port}`
      await using node = await startNode({ ip: BigInt(`0x${hexOf(host)}`), port: front.port })
      const args = remote(node.url, `http://${address}`)
      await using run = onTerminal(isTyped ? args : [...args, '--yes'])
      if (isTyped) {
        await run.says('Type the address to go on: ')
        run.child.stdin.write(`${address}\n`)
      }
      const { code } = await run.ended
      assert.equal(code, 1, run.said.stdout)
      assert.match(run.said.stdout, /no signature +fell/)
      assert.equal(/Type the address/.test(run.said.stdout), isTyped)
      assert.ok(axon.requests() <= 50, `${axon.requests()} requests`)
    }
  })
})

/** Returns an address of this machine that is not one of loopback. */
function ownAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address
}

function hexOf(ip: string): string {
  return ip
    .split('.')
    .map(byte => Number(byte).toString(16).padStart(2, '0'))
    .join('')
}

/** Passes connections to an address on to an axon. */
async function frontOf({ target }: PlainAxon, host: string) {
  const server = createServer(socket => {
    const inner = connect(target.port, target.ip)
    pipeline(socket, inner, socket, () => {}) // each end closes the other
  }).listen(0, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise(closed => server.close(closed))
    },
  }
}
