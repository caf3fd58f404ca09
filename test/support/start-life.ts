import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Chain } from '#dist/chain/chain.js'
import { openChain } from '#dist/chain/open-chain.js'
import type { NeuronEvent } from '#dist/neuron/events.js'
import { type NeuronOptions, startNeuron } from '#dist/neuron/start-neuron.js'
import type { ChainServer } from './chain/start-chain-node.ts'
import { bob } from './signed-request.ts'
import { StillClock } from './still-clock.ts'

export type LifeOptions = Partial<NeuronOptions> & {
  readonly folder?: string
  /** ws URLs */
  readonly endpoints?: readonly string[]
  readonly clock?: StillClock
  /** stands between the miner and the chain */
  readonly wrap?: (chain: Chain) => Chain
}

/** Admits as a miner does by default. */
export const permitOnly: NeuronOptions['refusalOf'] = (_, { hasPermit }) =>
  hasPermit ? null : 'validator permit required'

/** Starts Bob's life on subnet 1 of a chain node, by a clock that stands still while the loop rests. */
export async function startLife(node: Pick<ChainServer, 'url'>, options: LifeOptions = {}) {
  const clock = options.clock ?? new StillClock()
  const events: NeuronEvent[] = []
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'miner-life-'))
  const limits = {
    openMs: 2_000,
    callMs: 2_000,
    readyMs: 2_000,
    connectMs: 1_000,
    restMs: 10,
    maxRestMs: 50,
    busyMs: 50,
  }
  const chain = openChain({ network: node.url, endpoints: options.endpoints ?? [], now: clock.now, limits })
  const onEvent = (event: NeuronEvent) => void events.push(event)
  const { signal } = new AbortController()
  const close = async () => {
    await chain[Symbol.asyncDispose]()
    if (!options.folder) rmSync(folder, { recursive: true, force: true })
  }
  try {
    const base = {
      chain: options.wrap?.(chain) ?? chain,
      network: node.url,
      isLocal: false,
      netuid: 1,
      signer: bob,
      folder,
      maxStandingsAgeMs: 86_400_000,
      signal,
      refusalOf: permitOnly,
    }
    const life = await startNeuron({ ...base, onEvent, ...options, clock })
    await clock.rested()
    /** Lets the loop run until the chain is in this state, a minute a time. */
    const until = async (state: ReturnType<typeof life.chainState>) => {
      while (life.chainState() !== state) await clock.run(60_000)
    }
    return {
      life,
      chain,
      until,
      clock,
      events,
      folder,
      /** The names of the events since the last call. */
      news: () => events.splice(0).map(({ event }) => event),
      async [Symbol.asyncDispose]() {
        await life[Symbol.asyncDispose]()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw Object.assign(error as Error, { events })
  }
}
