import type { Chain, ChainEvent } from './chain.js'
import { ChainFailover } from './connect/chain-failover.js'
import { type ChainLimits, defaultLimits } from './connect/limits.js'
import { resolveNetwork } from './networks.js'
import { readHead } from './read/read-head.js'
import { readMetagraph } from './read/read-metagraph.js'
import { readRegistration } from './read/read-registration.js'
import { readEconomy, readSubnet } from './read/read-subnet.js'
import { announce } from './write/announce.js'

export type OpenChainOptions = {
  /** `finney`, `test`, `archive`, `local`, or a ws or wss URL */
  readonly network: string
  /** in place of those of the network, tried in this order */
  readonly endpoints?: readonly string[]
  /** epoch milliseconds */
  readonly now?: () => number
  readonly onEvent?: (event: ChainEvent) => void
  readonly limits?: Partial<ChainLimits>
}

/** Opens a chain. The first call connects; nothing is sent before. Disposing it ends its connection and its timers. */
export function openChain({ network, endpoints, now = Date.now, onEvent, limits }: OpenChainOptions): Chain {
  const allLimits = { ...defaultLimits, ...limits }
  const failover = new ChainFailover({
    network: resolveNetwork(network, endpoints),
    limits: allLimits,
    now,
    onEvent: event => {
      try {
        onEvent?.(event)
      } catch {
        // A log that fails must not fail the chain.
      }
    },
  })
  const { callMs, announceMs } = allLimits
  const reading = (signal: AbortSignal | undefined) => ({ ms: callMs, signal, isRepeatable: true })
  return {
    connection: signal =>
      failover.use(
        async link => ({
          endpoint: link.endpoint.name,
          genesis: link.genesis,
          latencyMs: await link.latency(signal),
        }),
        { signal, isRepeatable: true },
      ),
    head: signal => failover.call(readHead, reading(signal)),
    subnet: (netuid, signal) => failover.call((node, during) => readSubnet(node, netuid, during), reading(signal)),
    metagraph: (netuid, signal) =>
      failover.call((node, during) => readMetagraph(node, netuid, during, now), reading(signal)),
    economy: (netuid, uid, signal) =>
      failover.call((node, during) => readEconomy(node, netuid, uid, during), reading(signal)),
    registration: (netuid, hotkey, signal) =>
      failover.call((node, during) => readRegistration(node, netuid, hotkey, during), reading(signal)),
    // A second announcement counts against the rate limit of the subnet; the caller looks at the chain before.
    announce: (announcement, signer, signal) =>
      failover.call((node, during) => announce(node, announcement, signer, { signal: during }), {
        ms: announceMs,
        signal,
        isRepeatable: false,
      }),
    [Symbol.asyncDispose]: () => failover[Symbol.asyncDispose](),
  }
}
