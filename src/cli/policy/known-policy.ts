import { networkName } from '../../app/chain/network-name.js'
import type { RunScope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { isServing, readState, type ServingState, statePath } from '../../app/state/serving-state.js'
import { CHAIN_FOLDER, CONFIGURATION, ENDING } from '../../app/tokens.js'
import { ChainError } from '../../chain/chain-error.js'
import type { Metagraph } from '../../chain/metagraph.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import { loadMetagraph, type MetagraphPlace } from '../../neuron/disk/metagraph-file.js'
import type { ChainState, Standing } from '../../plugin/standing.js'
import type { PolicySettings } from '../../policy/policy-of.js'
import { readAddress } from '../../wallet/read-address.js'
import { WalletError } from '../../wallet/wallet-error.js'
import { lookAtChain } from '../subnet/open-chain.js'

/** The policy of a miner, and what it decides by. */
export type KnownPolicy = {
  readonly settings: PolicySettings
  /** whether the miner has lost its place, and answers the hotkeys of `allow` only; null: it does not go on then */
  readonly isLost: boolean | null
  /** the miner whose policy it is; null: no miner runs, and it is that of this command's configuration */
  readonly running: ServingState | null
  /** null: the miner has no chain, or there is no metagraph */
  readonly metagraph: Metagraph | null
  /** how far the metagraph can be relied on; null: the miner has no chain */
  readonly chain: ChainState | null
  /** whose running miner was looked for; null: the miner has no chain, so that its process cannot be found */
  readonly wanted: WantedMiner | null
  /** typed flags of the policy that are not used, because that of the running miner is in force */
  readonly unusedFlags: readonly string[]
  /** why this command could not read the chain */
  readonly chainError: ChainError | null
}

/** Whose miner is looked for on this machine. */
export type WantedMiner = {
  /** as `wallet/hotkey` */
  readonly wallet: string
  readonly netuid: number
  readonly network: string
  /** ss58; null: not known without a password, or at all */
  readonly hotkey: string | null
  /** why the wallet has no such hotkey */
  readonly error: WalletError | null
}

/** A metagraph of any age is the one that a running miner decides by. */
const ANY_AGE_MS = 365 * 86_400_000

/**
 * Reads the policy of the configured miner: of the one that runs, from the file that it keeps and the metagraph that it saved;
 * else from this command's configuration and the chain, or the last metagraph on disk while the chain is out of reach.
 *
 * @throws {ChainError} of a mistake of the user's
 */
export async function knownPolicy(scope: RunScope): Promise<KnownPolicy> {
  const configuration = scope.resolve(CONFIGURATION)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const { network } = valuesOf(configuration, hostSections.subtensor)
  const settings = valuesOf(configuration, hostSections.policy)
  const folder = scope.resolve(CHAIN_FOLDER)
  const place = { folder, network, netuid }
  const found = { running: null, metagraph: null, chain: null, unusedFlags: [], chainError: null }
  if (network === 'none') return { ...found, settings, isLost: null, wanted: null }

  const wanted = { ...(await ownHotkey(scope)), netuid, network: networkName(network) }
  const { hotkey } = wanted
  const running = hotkey === null ? null : await runningMiner(folder, { ...wanted, hotkey })
  if (running?.policy) {
    const { isLost, ...inForce } = running.policy
    const metagraph = await lastMetagraph(place, ANY_AGE_MS)
    const unusedFlags = policyFlags(configuration)
    return { ...found, settings: inForce, isLost, running, metagraph, chain: running.chain, wanted, unusedFlags }
  }
  const { metagraph, chain, chainError } = await readMetagraph(scope, { place, maxAgeMs: settings.maxStandingsAge })
  const { whenDeregistered } = valuesOf(configuration, hostSections.neuron)
  const isRegistered = metagraph?.neurons.some(neuron => neuron.hotkey === hotkey)
  const isLost = whenDeregistered === 'serve' && hotkey !== null ? isRegistered === false : null
  return { ...found, settings, isLost, metagraph, chain, wanted, chainError }
}

/** The flags of the command line that set the policy. */
function policyFlags({ origins }: Configuration): readonly string[] {
  const flags = [...origins].flatMap(([path, origin]) => {
    const isOfPolicy = path.startsWith('policy.') || path === 'neuron.whenDeregistered'
    return isOfPolicy && origin.from === 'flag' ? [origin.flag] : []
  })
  return [...new Set(flags)]
}

/** Looks a hotkey up as the miner does. */
export function standingOf(
  { metagraph, chain }: Pick<KnownPolicy, 'metagraph' | 'chain'>,
  hotkey: string,
): Standing | 'unregistered' | 'unknown' {
  if (chain === null) return 'unregistered'
  if (chain === 'unknown') return 'unknown'
  const neuron = metagraph?.neurons.find(one => one.hotkey === hotkey)
  return neuron ?? (chain === 'fresh' && metagraph ? 'unregistered' : 'unknown')
}

async function ownHotkey(scope: RunScope): Promise<Pick<WantedMiner, 'wallet' | 'hotkey' | 'error'>> {
  const name = valuesOf(scope.resolve(CONFIGURATION), hostSections.wallet)
  const wallet = `${name.name}/${name.hotkey}`
  try {
    return { wallet, hotkey: (await readAddress(name)).address, error: null }
  } catch (error) {
    // The configuration has a policy without it.
    if (error instanceof WalletError) return { wallet, hotkey: null, error }
    throw error
  }
}

async function runningMiner(
  folder: string,
  { network, ...of }: { readonly netuid: number; readonly hotkey: string; readonly network: string },
): Promise<ServingState | null> {
  const { state } = await readState(statePath(folder, of))
  return state && isServing(state, Date.now()) && state.network === network ? state : null
}

async function readMetagraph(
  scope: RunScope,
  { place, maxAgeMs }: { readonly place: MetagraphPlace; readonly maxAgeMs: number },
): Promise<{
  readonly metagraph: Metagraph | null
  readonly chain: ChainState
  readonly chainError: ChainError | null
}> {
  try {
    const chain = await lookAtChain(scope)
    return { metagraph: await chain.metagraph(place.netuid, scope.resolve(ENDING)), chain: 'fresh', chainError: null }
  } catch (error) {
    if (!(error instanceof ChainError) || error.code === 'WRONG_CHAIN' || error.code === 'SUBNET_UNKNOWN') throw error
    const metagraph = await lastMetagraph(place, maxAgeMs)
    return { metagraph, chain: metagraph ? 'stale' : 'unknown', chainError: error }
  }
}

async function lastMetagraph(place: MetagraphPlace, maxAgeMs: number): Promise<Metagraph | null> {
  const last = await loadMetagraph(place, { maxAgeMs, now: Date.now() })
  return last && 'metagraph' in last ? last.metagraph : null
}
