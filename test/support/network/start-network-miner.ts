import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Axon } from '#dist/axon/serve-axon.js'
import type { Chain, ChainEvent } from '#dist/chain/chain.js'
import type { ChainLimits } from '#dist/chain/connect/limits.js'
import { openChainThread } from '#dist/chain/thread/open-chain-thread.js'
import type { NeuronEvent } from '#dist/neuron/events.js'
import { type NeuronLife, startNeuron } from '#dist/neuron/start-neuron.js'
import { rulesOf } from '#dist/policy/rules-of.js'
import { bob } from '../signed-request.ts'
import { startAxon } from '../start-axon.ts'
import { permitOnly } from '../start-life.ts'
import { StillClock } from '../still-clock.ts'
import { callers } from './callers.ts'
import { type Load, startLoad } from './start-load.ts'
import { type ProcessWatch, watchProcess } from './watch-process.ts'

export type NetworkMinerOptions = {
  /** ws URLs */
  readonly endpoints: readonly string[]
  /** by default the first endpoint */
  readonly network?: string
  readonly genesis?: string
  /** by default 1 */
  readonly netuid?: number
  readonly folder?: string
  readonly limits?: Partial<ChainLimits>
  readonly clock?: StillClock
}

/** A whole miner: its chain, its life on the subnet and its axon, put together as `miner serve` does, and callers. */
export type NetworkMiner = AsyncDisposable & {
  readonly axon: Axon
  readonly life: NeuronLife
  readonly load: Load
  readonly clock: StillClock
  /** of the chain and of the life, as they came */
  readonly events: readonly (ChainEvent | NeuronEvent)[]
  /** Resolves with the next event of this name, from now on. */
  next(name: (ChainEvent | NeuronEvent)['event']): Promise<void>
  /** Announces the axon. */
  announce(): void
  /** Lets time pass, to the next thing that the miner has to do and on, until something is so. */
  until(what: string, isSo: () => boolean): Promise<void>
}

/** Steps of time within which the miner has to notice what happened: it reads the chain in each. */
const MOST_STEPS = 60

/** Starts a miner that lives by a clock which stands still, and callers who ask it all the while. */
export async function startNetworkMiner(options: NetworkMinerOptions): Promise<NetworkMiner> {
  const { endpoints, network = endpoints[0]!, genesis, netuid = 1 } = options
  const clock = options.clock ?? new StillClock()
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'miner-faults-'))
  const events: (ChainEvent | NeuronEvent)[] = []
  const heard = new EventEmitter()
  const onEvent = (event: ChainEvent | NeuronEvent) => {
    events.push(event)
    heard.emit(event.event)
  }
  await using resources = new AsyncDisposableStack()
  if (!options.folder) resources.defer(() => rmSync(folder, { recursive: true, force: true }))
  const limits = { restMs: 20, maxRestMs: 40, busyMs: 50, wrongChainMs: 50, ...options.limits }
  const thread = resources.use(openChainThread({ network, endpoints, onEvent, limits }))
  const chain = readBy(clock, thread)
  const { signal } = new AbortController()
  const base = {
    chain,
    network,
    netuid,
    signer: bob,
    folder,
    maxStandingsAgeMs: 86_400_000,
    signal,
    clock,
    refusalOf: permitOnly,
  }
  const life = resources.use(await startNeuron({ ...base, genesis, isLocal: false, onEvent }))
  const access = { allow: [callers.allowed.by.address], deny: [], requirePermit: true }
  const axon = resources.use(
    await startAxon({
      rules: rulesOf({ ...access, allowUnregistered: false, minStake: 0 }, { hasChain: true }),
      standings: life.standings,
      chainState: () => life.chainState(),
    }),
  )
  const load = resources.use(startLoad(axon.url, () => life.chainState()))
  await clock.rested()
  const ending = resources.move()
  return {
    axon,
    life,
    load,
    clock,
    events,
    next: async name => void (await once(heard, name)),
    announce: () => life.announce({ address: { ip: '203.0.113.7' }, port: 8091, version: 1_000 }),
    async until(what, isSo) {
      await clock.rested()
      for (let steps = 0; !isSo(); steps++) {
        assert.ok(steps < MOST_STEPS, `not within ${MOST_STEPS} steps: ${what}; ${JSON.stringify(events.slice(-5))}`)
        await clock.run(clock.waitsMs!)
      }
    },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}

/** Returns the chain with metagraphs that are read now by a clock of a test; the thread has that of this machine. */
function readBy(clock: StillClock, thread: Chain): Chain {
  return {
    connection: signal => thread.connection(signal),
    head: signal => thread.head(signal),
    subnet: (...args) => thread.subnet(...args),
    economy: (...args) => thread.economy(...args),
    registration: (...args) => thread.registration(...args),
    metagraph: async (...args) => ({ ...(await thread.metagraph(...args)), readAt: clock.now() }),
    announce: (...args) => thread.announce(...args),
    [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose](),
  }
}

/**
 * Runs a test of a miner under watch: no answer may be wrong, nothing may be printed, and nothing may be left that would keep
 * the process from ending.
 */
export async function watched(test: (watch: { miner<T extends NetworkMiner>(miner: T): T }) => Promise<void>) {
  const loads: Load[] = []
  await setImmediate() // mocha sets its own timer once the test has begun
  using watch: ProcessWatch = watchProcess()
  await test({
    miner: miner => {
      loads.push(miner.load)
      return miner
    },
  })
  await watch.idle()
  assert.deepEqual(watch.printed, [])
  for (const { wrong } of loads) assert.deepEqual(wrong.slice(0, 5), [])
  for (const { answers } of loads) assert.ok(Object.values(answers).every(count => count > 0))
}
