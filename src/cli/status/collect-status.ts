import { randomBytes } from 'node:crypto'
import type { AdminPlace } from '../../admin/open-admin.js'
import { adminFolder } from '../../app/admin/build-admin.js'
import { networkName } from '../../app/chain/network-name.js'
import { registerCommand } from '../../app/chain/register-command.js'
import { settingsRefusal } from '../../app/chain/settings-refusal.js'
import type { RunScope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { type FoundState, isServing, readState, statePath } from '../../app/state/serving-state.js'
import { CHAIN_FOLDER, CONFIGURATION, HOTKEY } from '../../app/tokens.js'
import type { Chain, Connection } from '../../chain/chain.js'
import { ChainError } from '../../chain/chain-error.js'
import type { AnnouncedAxon, Metagraph, Neuron } from '../../chain/metagraph.js'
import { resolveNetwork } from '../../chain/networks.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import { keypairFromMiniSecret } from '../../keys/keypair.js'
import { whyUnroutable } from '../../neuron/address/routable.js'
import { loadMetagraph } from '../../neuron/disk/metagraph-file.js'
import { NeuronError } from '../../neuron/neuron-error.js'
import { findNoCallers, type NoCallers } from '../../neuron/no-callers.js'
import { readAddress } from '../../wallet/read-address.js'
import { localIp, localPort } from '../subnet/local-axon.js'
import { typedFlags } from '../subnet/typed-flags.js'
import { findLiveMiner, type LiveMiner } from '../top/live-miner.js'
import { type Ping, pingAxon } from './ping-axon.js'

/** What is known of the miner now. */
export type Status = {
  /** epoch milliseconds */
  readonly at: number
  readonly hotkey: string
  /** as `wallet/hotkey` */
  readonly wallet: string
  readonly netuid: number
  /** by its name; a URL in short; `none` without a chain, and then what the chain would tell is absent */
  readonly network: string
  readonly chain: ChainStatus
  /** null: it is not registered, or the chain cannot be read */
  readonly neuron: Neuron | null
  /** what this machine would announce */
  readonly own: LocalAxon
  /**
   * of the announced address; null when none is announced, when it is not known, or when it is of this network and not of
   * the internet
   */
  readonly ping: Ping | null
  /** why the settings refuse every neuron; null: they admit one, or the metagraph is not known */
  readonly noCallers: NoCallers | null
  readonly serving: FoundState & { readonly isRunning: boolean }
  /** the admin port of the miner that serves on this machine; null: none is open */
  readonly admin: AdminPlace | null
  /** that miner by its admin port, with its figures; null: none is open */
  readonly live: LiveStatusMiner | null
  /** settings that decide what is a problem */
  readonly settings: { readonly announce: boolean; readonly isLocal: boolean }
  /** the shell command that registers the hotkey */
  readonly registerCommand: string
  /** the flags that another command needs to be about the same neuron */
  readonly typedFlags: readonly string[]
}

/** A miner that has an admin port, and whether it serves on a chain. */
export type LiveStatusMiner = LiveMiner & { readonly hasChain: boolean }

export type ChainStatus = {
  /** null when the chain does not answer and none is on disk */
  readonly metagraph: Metagraph | null
  /** null: the metagraph is the last one on disk */
  readonly connection: Connection | null
  /** why the chain cannot be read */
  readonly error: ChainError | null
}

const NO_CHAIN: ChainStatus = { metagraph: null, connection: null, error: null }
const NO_STATE: FoundState = { state: null, problem: null }

/** The axon of this machine. Without an address or a port, `problem` says why. */
export type LocalAxon = {
  readonly ip: string | null
  readonly port: number | null
  readonly problem: NeuronError | null
}

/** How long the address of this machine, and what answers at the announced one, are taken for known under --watch. */
const ADDRESS_MS = 600_000
const PING_AGAIN_MS = 60_000
/** A metagraph of any age is better than none here: the page tells its age. */
const MAX_METAGRAPH_AGE_MS = 365 * 86_400_000

/** Reads the status of the miner, again and again under --watch. */
export type StatusSource = { read(signal: AbortSignal): Promise<Status> }

/**
 * Makes a source of the status of the configured miner. It does not ask for the password of an encrypted hotkey whose
 * public half is beside it.
 *
 * @param chain null: the network is `none`, and only the admin port of a miner tells of it
 * @throws {WalletError} when it is not known whose hotkey it is
 */
export async function statusSource(
  scope: RunScope,
  { chain, configFile }: { readonly chain: Chain | null; readonly configFile: string | undefined },
): Promise<StatusSource> {
  const configuration = scope.resolve(CONFIGURATION)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const wallet = valuesOf(configuration, hostSections.wallet)
  const { network, endpoints } = valuesOf(configuration, hostSections.subtensor)
  const { announce } = valuesOf(configuration, hostSections.neuron)
  const refusalOf = settingsRefusal(valuesOf(configuration, hostSections.policy))
  const isLocal = chain !== null && resolveNetwork(network, endpoints).isLocal
  const folder = scope.resolve(CHAIN_FOLDER)
  const known = await readAddress(wallet)
  const keypair = known.address === null ? await scope.resolve(HOTKEY) : known.keypair
  const hotkey = known.address ?? keypair!.address
  // An axon answers a hotkey that it does not know with its name, too.
  const signer = keypair ?? keypairFromMiniSecret(randomBytes(32))

  const noCallersOf = (metagraph: Metagraph | null) => metagraph && findNoCallers(metagraph, refusalOf)
  const readChain = async (signal: AbortSignal) =>
    chain === null ? NO_CHAIN : chainStatus(chain, { netuid, place: { folder, network, netuid }, signal })
  const findLive = async (signal: AbortSignal): Promise<LiveStatusMiner | null> => {
    const { port } = valuesOf(configuration, hostSections.axon)
    const find = (netuid: number | null) => findLiveMiner(adminFolder(scope), { hotkey, netuid, port }, signal)
    const onChain = chain && (await find(netuid))
    if (onChain) return { ...onChain, hasChain: true }
    const alone = await find(null)
    return alone && { ...alone, hasChain: false }
  }
  const findAddress = remembered(ADDRESS_MS, (signal: AbortSignal) => localAddress(configuration, signal))
  const ping = remembered(PING_AGAIN_MS, (signal: AbortSignal, at: Pick<AnnouncedAxon, 'ip' | 'port'>) =>
    pingAxon({ axon: at, hotkey, keypair: signer, signal }),
  )

  return {
    async read(signal) {
      // Without a chain a miner keeps no file.
      const serving = chain ? await readState(statePath(folder, { netuid, hotkey })) : NO_STATE
      const state = serving.state && isServing(serving.state, Date.now()) ? serving.state : null
      const ours = state?.ours
      // The miner that serves may have other settings than this command.
      const running = state?.network === networkName(network) ? state : null
      const announces = running ? running.ours !== null : chain !== null && announce
      const [found, live, address] = await Promise.all([
        readChain(signal),
        findLive(signal),
        ours || !announces ? { ip: ours?.ip ?? null, problem: null } : findAddress(signal),
      ])
      const neuron = found.metagraph?.neurons.find(one => one.hotkey === hotkey) ?? null
      const port = ours?.port ?? localPort(configuration, state)
      return {
        at: Date.now(),
        hotkey,
        wallet: `${wallet.name}/${wallet.hotkey}`,
        netuid,
        network: networkName(network),
        chain: found,
        neuron,
        own: { ...address, port },
        ping: neuron?.axon && (isLocal || isRoutable(neuron.axon)) ? await ping(signal, neuron.axon) : null,
        noCallers: running ? running.noCallers : noCallersOf(found.metagraph),
        serving: { ...serving, isRunning: state !== null },
        admin: live && { url: live.url, tokenFile: live.tokenFile },
        live,
        settings: { announce: announces, isLocal },
        registerCommand: registerCommand(configuration),
        typedFlags: typedFlags(configuration, configFile),
      }
    },
  }
}

/**
 * Returns whether an address is of the internet. The chain, or an endpoint of it, may name any other, and this machine must
 * not send requests into its own network for them.
 */
function isRoutable({ ip }: Pick<AnnouncedAxon, 'ip'>): boolean {
  return whyUnroutable(ip) === undefined
}

type ChainPlace = {
  readonly netuid: number
  readonly place: Parameters<typeof loadMetagraph>[0]
  readonly signal: AbortSignal
}

/** Reads the chain; when it is out of reach, the last metagraph on disk. @throws {ChainError} of a mistake of the user's */
async function chainStatus(chain: Chain, { netuid, place, signal }: ChainPlace): Promise<ChainStatus> {
  try {
    const connection = await chain.connection(signal)
    return { metagraph: await chain.metagraph(netuid, signal), connection, error: null }
  } catch (error) {
    if (!(error instanceof ChainError) || error.code === 'WRONG_CHAIN' || error.code === 'SUBNET_UNKNOWN') throw error
    const last = await loadMetagraph(place, { maxAgeMs: MAX_METAGRAPH_AGE_MS, now: Date.now() })
    return { metagraph: last && 'metagraph' in last ? last.metagraph : null, connection: null, error }
  }
}

async function localAddress(
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Pick<LocalAxon, 'ip' | 'problem'>> {
  try {
    return { ip: await localIp(configuration, signal), problem: null }
  } catch (error) {
    if (error instanceof NeuronError) return { ip: null, problem: error }
    throw error
  }
}

/** Remembers a result for some time, as long as it is asked with equal arguments. */
function remembered<Args extends unknown[], Result>(
  ms: number,
  make: (signal: AbortSignal, ...args: Args) => Promise<Result>,
): (signal: AbortSignal, ...args: Args) => Promise<Result> {
  let last: { readonly key: string; readonly at: number; readonly result: Result } | undefined
  return async (signal, ...args) => {
    const key = JSON.stringify(args)
    if (last?.key === key && performance.now() - last.at < ms) return last.result
    last = { key, at: performance.now(), result: await make(signal, ...args) }
    return last.result
  }
}
