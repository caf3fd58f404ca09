import { keypairFromUri } from '#dist/keys/key-uri.js'
import { subnetOf } from '../chain/subnet-of.ts'
import { alice, bob, charlie, dave } from '../signed-request.ts'

const eve = await keypairFromUri('//Eve')

/** Who asks a miner, and how it is to be answered; `unless` while the chain is out of reach. */
export const callers = {
  /** has a permit */
  validator: { by: alice, status: 200, unless: 200 },
  /** is registered, and has no permit */
  neuron: { by: charlie, status: 403, unless: 403 },
  /** is not registered, as far as the last metagraph tells */
  stranger: { by: dave, status: 403, unless: 503 },
  /** is on the list of the operator, and not registered */
  allowed: { by: eve, status: 200, unless: 200 },
} as const

/** Those of them that are registered, and the miner itself, which is //Bob. */
export const neurons = [
  { hotkey: alice.address, hasPermit: true, stake: 5_000_000_000_000n },
  { hotkey: bob.address },
  { hotkey: charlie.address, stake: 20_000_000_000n },
]

/** The subnet of the miner. */
export const theirSubnet = (subnet: Parameters<typeof subnetOf>[1] = {}) => subnetOf(neurons, subnet)
