/** A chain: where it is, and which one it is. */
export type Network = {
  /** ws and wss URLs, tried in this order */
  readonly endpoints: readonly string[]
  /** the hash of its first block; absent for `local` and URLs, where the endpoint decides which chain it is */
  readonly genesis?: string
  /** a chain on this machine, made for trying things out */
  readonly isLocal: boolean
}

// Both hashes stand in many programs that check them, Substrate's registry of networks among them
// (polkadot-js/common packages/networks/src/defaults/genesis.ts).
const FINNEY = '0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03'
const TEST = '0x8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105'

const ARCHIVE_ENDPOINT = 'wss://archive.chain.opentensor.ai:443'

/** The networks that have names. */
export const networks = {
  // The archive is of the same chain. A second endpoint tells a node that is behind from a clock that is wrong.
  finney: {
    endpoints: ['wss://entrypoint-finney.opentensor.ai:443', ARCHIVE_ENDPOINT],
    genesis: FINNEY,
    isLocal: false,
  },
  test: { endpoints: ['wss://test.finney.opentensor.ai:443'], genesis: TEST, isLocal: false },
  archive: { endpoints: [ARCHIVE_ENDPOINT], genesis: FINNEY, isLocal: false },
  local: { endpoints: ['ws://127.0.0.1:9944'], isLocal: true },
} as const satisfies Readonly<Record<string, Network>>

/** Returns whether a chain is one of the public ones, which go on for ever. */
export function isPublicChain(genesis: string): boolean {
  return genesis === FINNEY || genesis === TEST
}

/**
 * Returns what a network's name, or its URL, and a list of endpoints stand for.
 *
 * @param network `finney`, `test`, `archive`, `local`, or a ws or wss URL
 * @param endpoints in place of those of the network; empty: those of the network
 */
export function resolveNetwork(network: string, endpoints: readonly string[] = []): Network {
  const known: Network | undefined = Object.hasOwn(networks, network)
    ? networks[network as keyof typeof networks]
    : undefined
  const inUse = endpoints.length > 0 ? endpoints : (known?.endpoints ?? [network])
  return { ...known, endpoints: inUse, isLocal: known?.isLocal ?? inUse.every(isOnLoopback) }
}

/** Whether the host of a URL is this machine. */
export function isOnLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
