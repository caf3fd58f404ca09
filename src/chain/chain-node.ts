import type { PolkadotClient } from 'polkadot-api'

/** A connection to one endpoint, through polkadot-api. What reads and writes the chain takes one, and no more. */
export type ChainNode = {
  readonly client: PolkadotClient
  /** untyped: the metadata of the endpoint decides which pallets and fields there are */
  readonly api: ReturnType<PolkadotClient['getUnsafeApi']>
}
