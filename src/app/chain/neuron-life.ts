import type { Metagraph } from '../../chain/metagraph.js'
import type { OwnAddress } from '../../neuron/address/own-address.js'
import type { Standings } from '../../plugin/standing.js'

// Replaced by src/neuron/start-neuron.ts when that is merged.
export type NeuronLife = AsyncDisposable & {
  readonly standings: Standings
  chainState(): 'fresh' | 'stale' | 'unknown'
  report(): { readonly uid: number; readonly registeredAt: number | null; readonly metagraph: Metagraph | null }
  announce(options: { readonly address: OwnAddress; readonly port: number }): void
  readonly deregistered: Promise<void>
}
