import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { RECORDED_BLOCK } from '../support/chain/recorded-subnet.ts'
import { startChainNode } from '../support/chain/start-chain-node.ts'
import { startChainProxy } from '../support/chain/start-chain-proxy.ts'
import { subnetOf } from '../support/chain/subnet-of.ts'
import { type MinerProcess, startMiner } from '../support/miner-process.ts'
import { alice, bob, charlie, dave, send, signedRequest } from '../support/signed-request.ts'

const wallets = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))
const own = ['--use', 'echo', '--wallet-path', wallets, '--wallet-name', 'plain']
const loopback = ['--axon-host', '127.0.0.1', '--axon-port', '0']

/** //Alice has a permit, //Charlie none, and //Dave is not registered. The next epoch is a block away. */
const subnet = subnetOf(
  [{ hotkey: alice.address, hasPermit: true }, { hotkey: bob.address }, { hotkey: charlie.address }],
  { tempo: 10, lastStep: RECORDED_BLOCK - 10 },
)

describe('a miner whose chain goes and comes back', () => {
  it('answers each question as before meanwhile, and takes up what is new', async function () {
    this.timeout(600_000)
    await using node = await startChainNode({ subnets: [subnet] })
    await using proxy = await startChainProxy(node.url)
    const args = ['serve', ...own, ...loopback, '--network', proxy.url, '--no-announce', '--log-level', 'debug']
    await using miner = await startMiner(args)
    const load = askOn(miner)

    const lost = miner.next('chainLost')
    proxy.isRefusing = true
    proxy.drop()
    await lost
    assert.equal(await chainOf(miner), 'stale')
    load.mark('out of reach')
    await load.rounds(20)

    load.mark('coming back')
    const back = miner.next('chainBack')
    proxy.isRefusing = false
    await back
    assert.equal(await chainOf(miner), 'fresh')
    load.mark('back')
    await load.rounds(20)

    load.mark('registering')
    node.upgrade(343)
    node.register({ hotkey: dave.address, hasPermit: true })
    // The read that is under way may be older.
    await miner.next('metagraphRead')
    await miner.next('metagraphRead')
    load.mark('registered')
    await load.rounds(20)
    await load.end()

    assert.deepEqual(load.statusesOf('alice'), [200])
    assert.deepEqual(load.statusesOf('charlie'), [403])
    // It may have registered meanwhile: 503 asks it to come again.
    assert.deepEqual(load.statusesOf('dave', 'out of reach'), [503])
    assert.deepEqual(load.statusesOf('dave', 'back'), [403])
    assert.deepEqual(load.statusesOf('dave', 'registered'), [200])
    assert.equal((await miner.stop()).code, 0)
  })
})

async function chainOf({ url }: MinerProcess): Promise<string> {
  const { chain } = (await (await fetch(`${url}/healthz`)).json()) as { chain: string }
  return chain
}

const callers = { alice, charlie, dave }
type Caller = keyof typeof callers

/** Asks as each of the callers, again and again, and keeps with which status each question ended, and in which phase. */
function askOn(miner: MinerProcess) {
  const seen: { readonly caller: Caller; readonly phase: string; readonly status: number }[] = []
  let [phase, count, isEnding] = ['start', 0, false]
  const running = (async () => {
    while (!isEnding) {
      const begun = phase
      for (const caller of Object.keys(callers) as Caller[]) {
        const { status } = await send(miner.url, signedRequest({ by: callers[caller] }))
        // A question that was under way when the phase changed belongs to neither.
        if (begun === phase) seen.push({ caller, phase, status })
        else assert.ok(caller === 'dave' || status === (caller === 'alice' ? 200 : 403))
      }
      count++
      await sleep(20)
    }
  })()
  return {
    mark(next: string) {
      phase = next
    },
    /** Waits until so many more rounds are over. */
    async rounds(more: number) {
      for (const until = count + more; count < until; ) await Promise.race([sleep(20), running])
    },
    async end() {
      isEnding = true
      await running
    },
    statusesOf: (caller: Caller, during?: string) => [
      ...new Set(
        seen.filter(one => one.caller === caller && (!during || one.phase === during)).map(({ status }) => status),
      ),
    ],
  }
}
