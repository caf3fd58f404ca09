import { Binary, Blake2256 } from '@polkadot-api/substrate-bindings'
import { chainHeadRpc } from './chain-head-rpc.ts'
import { type Block, type ChainStart, FixtureChain } from './fixture-chain.ts'
import type { RpcMethods } from './json-rpc.ts'
import { legacyRpc } from './legacy-rpc.ts'
import { RECORDED_BLOCK, recordedSubnet } from './recorded-subnet.ts'
import { type RpcServer, startRpcServer } from './rpc-server.ts'
import { type Runtime, runtimeOf, type Spec } from './runtime.ts'
import type { ServedAxon } from './serve-axon.ts'
import type { SourceSubnet } from './source-subnet.ts'
import { withNeuron, withoutHotkey } from './subnet-changes.ts'
import type { NeuronOf } from './subnet-of.ts'

/** `legacy`: only the methods that every node has; `chainHead`: those of the new specification too. */
export type Protocol = 'legacy' | 'chainHead'

/** How a node begins. Everything has a default: finney's subnet 1 on runtime 381. */
export type ChainNodeOptions = Partial<Omit<ChainStart, 'runtime' | 'genesis'>> & {
  readonly spec?: Spec
  /** by default `chainHead`, as finney's nodes are */
  readonly protocol?: Protocol
  /** that the node answers to `system_chain` */
  readonly name?: string
  /** `finney`, `test`, a hash of 32 bytes as hex, or any other name, which is hashed */
  readonly genesis?: string
  /** makes a block so often; 0: only on command, and for an extrinsic */
  readonly blockMs?: number
  readonly port?: number
}

/** A node of a chain on loopback, with the means to direct it. */
export type ChainServer = AsyncDisposable &
  Pick<RpcServer, 'faults' | 'calls' | 'connections' | 'drop' | 'port'> & {
    /** `ws://127.0.0.1:…` */
    readonly url: string
    /** `http://127.0.0.1:…` */
    readonly httpUrl: string
    /** the chain itself: its head, its clock, its finality, how it refuses announcements */
    readonly chain: FixtureChain
    /** the last `serve_axon` in a block, whether it failed or not */
    readonly announced: ServedAxon | undefined
    /** what a subnet is from now on */
    subnet(netuid?: number): SourceSubnet
    makeBlock(): Block
    /** changes a subnet, in a block of its own */
    change(change: (subnet: SourceSubnet) => SourceSubnet, netuid?: number): void
    /** gives a hotkey the next uid, in a block of its own */
    register(neuron: NeuronOf, netuid?: number): void
    /** replaces a hotkey by an unknown one, as the chain does, in a block of its own */
    deregister(hotkey: string, netuid?: number): void
    /** runs another runtime from a block of its own on */
    upgrade(runtime: Spec | Runtime): void
    /** sets the clock of the blocks to come, and makes one */
    setTime(now: () => number): void
  }

/** Starts a node on a free port. */
export async function startChainNode(options: ChainNodeOptions = {}): Promise<ChainServer> {
  const chain = new FixtureChain({
    runtime: runtimeOf(options.spec ?? 381),
    subnets: options.subnets ?? [recordedSubnet()],
    genesis: genesisOf(options.genesis ?? 'fixture'),
    firstBlock: options.firstBlock ?? RECORDED_BLOCK,
    now: options.now ?? Date.now,
    finality: options.finality ?? 'at once',
    sealing: options.sealing ?? 'at once',
  })
  const methods = methodsOf(chain, options.name ?? 'Bittensor', options.protocol ?? 'chainHead')
  const server = await startRpcServer(() => methods, options.port)
  const timer = options.blockMs ? setInterval(() => chain.makeBlock(), options.blockMs) : undefined

  const change = (change: (subnet: SourceSubnet) => SourceSubnet, netuid = 1) => {
    chain.change(subnets => subnets.map(subnet => (subnet.netuid === netuid ? change(subnet) : subnet)))
    chain.makeBlock()
  }
  const { faults, calls, connections, drop, port } = server
  return {
    faults,
    calls,
    connections,
    drop,
    port,
    url: `ws://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${port}`,
    chain,
    get announced() {
      return chain.served.at(-1)
    },
    subnet: (netuid = 1) => chain.state.subnets.find(subnet => subnet.netuid === netuid)!,
    makeBlock: () => chain.makeBlock(),
    change,
    register: (neuron, netuid) =>
      change(subnet => withNeuron(subnet, { registeredAt: chain.head.number + 1, ...neuron }), netuid),
    deregister: (hotkey, netuid) => change(subnet => withoutHotkey(subnet, hotkey, chain.head.number + 1), netuid),
    upgrade: runtime => {
      chain.upgrade(typeof runtime === 'number' ? runtimeOf(runtime) : runtime)
      chain.makeBlock()
    },
    setTime: now => {
      chain.now = now
      chain.makeBlock()
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await server[Symbol.asyncDispose]()
    },
  }
}

/** The first block's hash on the networks that have a name. */
const knownGenesis: Record<string, string> = {
  finney: '0x2f0555cc76fc2840a25a6ea3b9637146806f1f44b090c175ffde2a7e5ab36c03',
  test: '0x8f9cf856bf558a14440e75569c9e58594757048d7b3a84b5d25f6bd978263105',
}

/** Returns the hash of block 0 of a chain with this name. */
export function genesisOf(name: string): string {
  if (/^0x[0-9a-f]{64}$/.test(name)) return name
  return knownGenesis[name] ?? Binary.toHex(Blake2256(Binary.fromText(name)))
}

function methodsOf(chain: FixtureChain, name: string, protocol: Protocol): RpcMethods {
  const methods: RpcMethods = {
    ...legacyRpc(chain, name),
    ...(protocol === 'chainHead' && chainHeadRpc(chain, name)),
    rpc_methods: () => ({ methods: Object.keys(methods) }),
  }
  return methods
}
