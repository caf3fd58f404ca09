import { settingsRefusal } from '../../app/chain/settings-refusal.js'
import { hostSections } from '../../app/settings.js'
import type { Connection } from '../../chain/chain.js'
import { ChainError } from '../../chain/chain-error.js'
import type { Metagraph, Neuron } from '../../chain/metagraph.js'
import { valuesOf } from '../../config/configuration.js'
import { type DoctorCheck, type Finding, findingsBy } from '../../doctor/check.js'
import { groupedText, spanText } from '../../text/span.js'
import type { DoctorContext } from '../doctor/doctor-context.js'
import { nextCommand } from '../doctor/next-command.js'
import type { Status } from '../status/collect-status.js'
import { findByTopic, immunityLeftMs, type StatusTopic } from '../status/find-problems.js'
import { placeOf } from '../status/status-json.js'

/** A whole subnet is read, over a connection that has to be made first. */
const CHAIN_MS = 60_000

/** The checks of what the chain holds. Without a chain only one of them says so. */
export function subnetChecks(context: DoctorContext): readonly DoctorCheck[] {
  return [
    { name: 'chain', timeoutMs: CHAIN_MS, run: signal => checkChain(context, signal) },
    {
      name: 'registration',
      timeoutMs: CHAIN_MS,
      run: () => withStatus(context, status => registration(status, context)),
    },
    { name: 'callers', timeoutMs: CHAIN_MS, run: () => withStatus(context, status => callers(status, context)) },
  ]
}

/**
 * Returns what a check finds of the status, and nothing without a chain. Where there is no status, the checks `chain` and
 * `wallet` tell why.
 */
export async function withStatus(
  { hasChain, status }: DoctorContext,
  check: (status: Status) => readonly Finding[],
): Promise<readonly Finding[]> {
  if (!hasChain) return []
  const found = await status().catch(() => null) // reported by the checks that it names
  if (found === null)
    return [
      {
        verdict: 'unknown',
        message: 'needs the hotkey and the chain: see the checks wallet and chain',
        how: 'asked the chain',
      },
    ]
  return check(found)
}

/** Turns what `miner status` finds on one topic into findings. */
export function ofTopic(status: Status, topic: StatusTopic, how: string): readonly Finding[] {
  const { problems, notes } = findByTopic(status)[topic]
  return [
    ...problems.map((problem): Finding => ({ verdict: 'fault', ...problem, how })),
    ...notes.filter(({ isUnknown }) => isUnknown).map(({ message }): Finding => ({ verdict: 'unknown', message, how })),
  ]
}

/** Returns what the operator should know on a topic although nothing is wrong. */
export function notesOn(status: Status, topic: StatusTopic): readonly string[] {
  return findByTopic(status)[topic].notes.flatMap(({ message, isUnknown }) => (isUnknown ? [] : [message]))
}

async function checkChain(context: DoctorContext, signal: AbortSignal): Promise<readonly Finding[]> {
  if (!context.hasChain) return [findingsBy('read the settings').ok(NO_CHAIN)]
  try {
    const found = await context.status().catch(rethrowChainError)
    if (!found) return await checkHead(context, signal)
    const bad = ofTopic(found, 'chain', 'connected to each endpoint, and read the metagraph')
    const { metagraph, connection } = found.chain
    if (bad.length > 0 || !metagraph || !connection) return bad
    return [chainFinding(connection, { block: metagraph.block, ageMs: found.at - metagraph.blockAt })]
  } catch (error) {
    if (!(error instanceof ChainError)) throw error
    const { code, message, hint } = error
    return [{ verdict: 'fault', code, message, hint, how: 'asked the chain for the subnet' }]
  }
}

const NO_CHAIN = 'none is used (--network none or --dev): nothing is registered or announced'

/** The check of the wallet reports what else keeps the status from being read. */
function rethrowChainError(error: unknown): null {
  if (error instanceof ChainError) throw error
  return null
}

/** Without a hotkey, whether the chain is there. */
async function checkHead({ chain }: DoctorContext, signal: AbortSignal): Promise<readonly Finding[]> {
  const open = await chain()
  const connection = await open.connection(signal)
  const { number, at } = await open.head(signal)
  return [chainFinding(connection, { block: number, ageMs: Date.now() - at })]
}

function chainFinding(
  { endpoint, latencyMs }: Connection,
  { block, ageMs }: { readonly block: number; readonly ageMs: number },
): Finding {
  const { ok } = findingsBy('connected to the endpoint, and read its latest final block')
  return ok(`${endpoint} in ${Math.round(latencyMs)} ms, block ${groupedText(block)}, ${spanText(ageMs)} old`)
}

function registration(status: Status, context: DoctorContext): readonly Finding[] {
  const how = 'read the metagraph'
  const { ok, unknown, warning } = findingsBy(how)
  const isDefault = context.configuration.origins.get('netuid')?.from === 'default'
  const bad = ofTopic(status, 'neuron', how).map(one =>
    one.code === 'UNREGISTERED' && isDefault
      ? { ...one, hint: `${one.hint}; or name the subnet on which it is: ${status.netuid} is the default of --netuid` }
      : one,
  )
  const { neuron, chain, netuid } = status
  if (!neuron || !chain.metagraph)
    return bad.length > 0 ? bad : [unknown('the chain is out of reach, and no metagraph is on the disk')]
  const left = immunityLeftMs(status)
  const lowest = left === 0 && isLowest(neuron, chain.metagraph)
  const warnings = [
    ...(left !== null && left > 0 && left < DAY_MS
      ? [
          warning(
            'IMMUNITY_ENDS',
            `the immunity ends in ${spanText(left)}: after that, the neuron can be replaced`,
            `mend the faults and warnings of this page first, and watch: ${nextCommand(context, 'status', ['--watch'])}`,
          ),
        ]
      : []),
    ...(neuron.incentive === 0
      ? [
          warning(
            'NO_INCENTIVE',
            'validators give this neuron no incentive, so that it earns nothing as a miner',
            `${nextCommand(context, 'status')} shows who asks, and what is refused`,
          ),
        ]
      : []),
    ...(lowest
      ? [
          warning(
            'LOWEST_EMISSION',
            'no neuron without immunity has less emission: on a full subnet the next registration replaces this one',
            `if it is replaced, register it again: ${status.registerCommand}`,
          ),
        ]
      : []),
  ]
  const place = placeOf(neuron, chain.metagraph)
  const rank = place === null ? '' : `, place ${place} of ${chain.metagraph.neurons.length} by incentive`
  return [...bad, ...(warnings.length > 0 ? warnings : [ok(`uid ${neuron.uid} on subnet ${netuid}${rank}`)])]
}

const DAY_MS = 86_400_000

/** Whether no neuron that can be replaced has less emission: on a full subnet, the chain prunes the lowest. */
function isLowest(own: Neuron, { neurons, subnet, block }: Metagraph): boolean {
  const others = neurons.filter(
    ({ uid, registeredAt }) =>
      uid !== own.uid && registeredAt !== null && registeredAt + subnet.immunityPeriod <= block,
  )
  return others.length > 0 && others.every(({ emissionRao }) => emissionRao >= own.emissionRao)
}

function callers(status: Status, context: DoctorContext): readonly Finding[] {
  const how = 'held the settings of the policy against each neuron of the metagraph'
  const { ok, unknown, warning } = findingsBy(how)
  const bad = ofTopic(status, 'callers', how)
  if (bad.length > 0) return bad
  const { metagraph } = status.chain
  if (!metagraph) return [unknown('the chain is out of reach, and no metagraph is on the disk')]
  const refusalOf = settingsRefusal(valuesOf(context.configuration, hostSections.policy))
  const validators = metagraph.neurons.filter(({ hasPermit, uid }) => hasPermit && uid !== status.neuron?.uid)
  const refused = validators.filter(
    ({ hotkey, uid, stakeRao, hasPermit }) => refusalOf(hotkey, { uid, stakeRao, hasPermit }) !== null,
  )
  const counts = `${validators.length - refused.length} of ${validators.length} validators with a permit may ask`
  if (2n * stakeOf(refused) <= stakeOf(validators)) return [ok(counts)]
  return [
    warning(
      'CALLERS_FEW',
      `${counts}, and the others hold more than half of their stake`,
      nextCommand(context, 'policy explain', [refused[0]!.hotkey]),
    ),
  ]
}

function stakeOf(neurons: readonly Neuron[]): bigint {
  return neurons.reduce((sum, { stakeRao }) => sum + stakeRao, 0n)
}
