import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AxonOptions } from '#dist/axon/options.js'
import type { Axon } from '#dist/axon/serve-axon.js'
import { CurrentPolicy } from '#dist/axon/state/current-policy.js'
import { prompting } from '#dist/dialects/prompting.js'
import { keypairFromMiniSecret } from '#dist/keys/keypair.js'
import type { Miner } from '#dist/plugin/miner.js'
import { policyOf } from '#dist/policy/policy-of.js'
import { makePolicySettings } from '#dist/policy/settings.js'
import { sdk } from '../support/sdk.ts'
import { alice, bytesOf, charlie, send } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'
import { saying } from './start-queue.ts'
import { streamRequest } from './start-stream.ts'

/** //Alice has a hundred times the stake of //Charlie. */
const stakes = new Map([
  [alice.address, 100_000n],
  [charlie.address, 1_000n],
])
const registered: Partial<AxonOptions> = {
  policy: new CurrentPolicy(policyOf({ ...makePolicySettings().parse({}), requirePermit: false }, { hasChain: true })),
  standings: hotkey => ({ uid: 0, stakeRao: stakes.get(hotkey)!, hasPermit: true }),
}

describe('one caller that asks for more than the model can answer', () => {
  realSockets()

  it('leaves another one all of its answers, with 100 questions in flight and a hundred times the stake', async () => {
    await using axon = await startAxon({ ...registered, miner: taking(300), concurrency: 16, queue: 64 })
    const greedy = keepAsking(100, async () => {
      const { status } = await send(axon.url, saying('greedy', { timeout: '60.0' }))
      if (status !== 200) await sleep(100)
      return status
    })
    await until(() => greedy.ended >= 16)
    const statuses = []
    for (let at = 0; at < 10; at++) statuses.push(await askOnce(axon))
    assert.deepEqual(statuses, Array(10).fill(200))
    assert.ok(greedy.results.filter(status => status === 200).length > 100, 'it gets what the other leaves')
    await greedy.stop()
  })

  it('leaves another one all of its answers, with 40 streams that it does not read', async () => {
    const miner = endless()
    const limits = { writeMs: 500 }
    await using axon = await startAxon({ ...registered, miner, concurrency: 4, queue: 64, limits })
    const greedy = keepAsking(40, async () => {
      using connection = await RawConnection.open(axon.port)
      connection.socket.pause()
      connection.write(bytesOf(streamRequest({ timeout: '60.0' })))
      await Promise.race([connection.closed, greedy.stopped])
    })
    await until(() => miner.count >= 4)
    const statuses = []
    for (let at = 0; at < 4; at++) statuses.push(await askOnce(axon))
    assert.deepEqual(statuses, Array(4).fill(200))
    await greedy.stop()
  })
})

describe('strangers', () => {
  realSockets()

  it('share by their networks: one with a hundred keys leaves another one its answers', async () => {
    const dialect = prompting(sdk)
    const free = { limit: 100_000, windowMs: 1_000 }
    const synapses = { Prompting: { ...dialect.synapses.Prompting!, rate: free } }
    const options = { dialect: { ...dialect, synapses }, rules: [], concurrency: 4, queue: 32 }
    await using axon = await startAxon({ ...options, miner: taking(200) })
    const [near, far] = ['127.0.0.1', '127.0.1.1'].map(localAddress => new Agent({ localAddress }))
    let keys = 0
    const greedy = keepAsking(50, async () => {
      const by = keypairFromMiniSecret(Buffer.alloc(32, `key ${++keys % 100}.`))
      const { status } = await send(axon.url, saying('greedy', { by, timeout: '60.0' }), { agent: near! })
      if (status !== 200) await sleep(100)
    })
    await until(() => greedy.ended >= 4)
    const statuses = []
    for (let at = 0; at < 5; at++)
      statuses.push((await send(axon.url, saying('patient', { by: charlie, timeout: '60.0' }), { agent: far! })).status)
    assert.deepEqual(statuses, Array(5).fill(200))
    await greedy.stop()
  })
})

/** Answers after so long. */
function taking(ms: number): Miner {
  return {
    async *prompt(_, { signal }) {
      await sleep(ms, undefined, { signal })
      yield 'fine'
      return { model: 'm', finishReason: 'stop' }
    },
  }
}

/** Streams more to //Alice than sockets buffer, and answers others at once. */
function endless(): Miner & { count: number } {
  const miner = {
    count: 0,
    async *prompt({ messages }: Parameters<Miner['prompt']>[0]) {
      miner.count++
      if (messages.at(-1)!.content === 'patient') yield 'fine'
      else for (let at = 0; at < 64; at++) yield '€'.repeat(64 * 1024)
      return { model: 'm', finishReason: 'stop' as const }
    },
  }
  return miner
}

async function askOnce(axon: Axon): Promise<number> {
  return (await send(axon.url, saying('patient', { by: charlie, timeout: '60.0' }))).status
}

/** Keeps so many requests in flight until it is stopped. */
function keepAsking<Result>(inFlight: number, ask: () => Promise<Result>) {
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  const results: Result[] = []
  let isStopped = false
  const loops = Array.from({ length: inFlight }, async () => {
    while (!isStopped) results.push(await ask())
  })
  return {
    results,
    stopped,
    get ended() {
      return results.length
    },
    async stop() {
      isStopped = true
      resolve()
      await Promise.all(loops)
    },
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10)
}
