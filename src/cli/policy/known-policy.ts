import type { RunScope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { CHAIN_FOLDER, CONFIGURATION, ENDING } from '../../app/tokens.js'
import { ChainError } from '../../chain/chain-error.js'
import type { Metagraph } from '../../chain/metagraph.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import { originText } from '../../config/origin.js'
import { loadMetagraph, type MetagraphPlace } from '../../neuron/disk/metagraph-file.js'
import type { ChainState, Standing } from '../../plugin/standing.js'
import type { PolicySettings } from '../../policy/policy-of.js'
import { lookAtChain } from '../subnet/open-chain.js'
import type { FoundMiner, RunningMiner } from './find-miner.js'

/** The policy of a miner, and what it decides by. */
export type KnownPolicy = Pick<FoundMiner, 'wanted'> & {
  readonly settings: PolicySettings
  /**
   * whether the miner has lost its place, and answers the hotkeys of `allow` only; null: it does not go on then; unknown: its
   * own hotkey is not known
   */
  readonly isLost: boolean | 'unknown' | null
  /** the miner whose policy it is; null: no miner runs, and it is that of this command's configuration */
  readonly running: RunningMiner | null
  /** null: the miner has no chain, or there is no metagraph */
  readonly metagraph: Metagraph | null
  /** why the metagraph on disk cannot be used: `is damaged: …` */
  readonly metagraphProblem: string | null
  /** how far the metagraph can be relied on; null: the miner has no chain */
  readonly chain: ChainState | null
  /** the flags, and the variables with another value, that set the policy: not used, as that of the running miner is in force */
  readonly unusedSettings: readonly string[]
  /** why this command could not read the chain */
  readonly chainError: ChainError | null
}

/** A metagraph of any age is the one that a running miner decides by. */
const ANY_AGE_MS = 365 * 86_400_000

/**
 * Reads the policy of the configured miner: of the one that runs, from the file that it keeps and the metagraph that it saved;
 * else from this command's configuration and the chain, or the last metagraph on disk while the chain is out of reach.
 *
 * @throws {ChainError} of a mistake of the user's
 */
export async function knownPolicy(scope: RunScope, { wanted, running }: FoundMiner): Promise<KnownPolicy> {
  const configuration = scope.resolve(CONFIGURATION)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const { network } = valuesOf(configuration, hostSections.subtensor)
  const settings = valuesOf(configuration, hostSections.policy)
  const place = { folder: scope.resolve(CHAIN_FOLDER), network, netuid }
  const nothing = { metagraph: null, metagraphProblem: null, chain: null, chainError: null, unusedSettings: [] }
  const found = { ...nothing, wanted, running }
  if (!wanted) return { ...found, settings, isLost: null }
  if (running) {
    const { isLost, ...inForce } = running.policy
    const { chain } = running
    const last = await lastMetagraph(place, ANY_AGE_MS)
    const isMissing = !last.metagraph && chain !== null && chain !== 'unknown'
    const metagraphProblem = last.metagraphProblem ?? (isMissing ? 'does not exist' : null)
    const unusedSettings = policySources(configuration, inForce)
    return { ...found, ...last, metagraphProblem, settings: inForce, isLost, chain, unusedSettings }
  }
  const read = await readMetagraph(scope, { place, maxAgeMs: settings.maxStandingsAge })
  const { whenDeregistered } = valuesOf(configuration, hostSections.neuron)
  const isRegistered = read.metagraph?.neurons.some(neuron => neuron.hotkey === wanted.hotkey)
  const isLost = wanted.hotkey === null ? 'unknown' : isRegistered === false
  return { ...found, ...read, settings, isLost: whenDeregistered === 'serve' ? isLost : null }
}

/** The flags of the command line that set the policy, and the variables that set it to another value than that in force. */
function policySources(configuration: Configuration, inForce: PolicySettings): readonly string[] {
  const settings: Readonly<Record<string, unknown>> = valuesOf(configuration, hostSections.policy)
  const values: Readonly<Record<string, unknown>> = inForce
  const sources = [...configuration.origins].flatMap(([path, origin]) => {
    const key = path.startsWith('policy.') ? path.slice('policy.'.length) : null
    const isOther = key !== null && JSON.stringify(settings[key]) !== JSON.stringify(values[key])
    const isOfPolicy = key !== null || path === 'neuron.whenDeregistered'
    const isUnused = origin.from === 'flag' ? isOfPolicy : origin.from === 'environment' && isOther
    return isUnused ? [originText(origin)] : []
  })
  return [...new Set(sources)]
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

type ReadMetagraph = Pick<KnownPolicy, 'metagraph' | 'metagraphProblem'>

async function readMetagraph(
  scope: RunScope,
  { place, maxAgeMs }: { readonly place: MetagraphPlace; readonly maxAgeMs: number },
): Promise<ReadMetagraph & { readonly chain: ChainState; readonly chainError: ChainError | null }> {
  try {
    const chain = await lookAtChain(scope)
    const metagraph = await chain.metagraph(place.netuid, scope.resolve(ENDING))
    return { metagraph, metagraphProblem: null, chain: 'fresh', chainError: null }
  } catch (error) {
    if (!(error instanceof ChainError) || error.code === 'WRONG_CHAIN' || error.code === 'SUBNET_UNKNOWN') throw error
    const last = await lastMetagraph(place, maxAgeMs)
    return { ...last, chain: last.metagraph ? 'stale' : 'unknown', chainError: error }
  }
}

async function lastMetagraph(place: MetagraphPlace, maxAgeMs: number): Promise<ReadMetagraph> {
  const last = await loadMetagraph(place, { maxAgeMs, now: Date.now() })
  if (!last) return { metagraph: null, metagraphProblem: null }
  return 'metagraph' in last
    ? { metagraph: last.metagraph, metagraphProblem: null }
    : { metagraph: null, metagraphProblem: last.refused }
}
