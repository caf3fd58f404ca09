import type { RunScope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { CHAIN_FOLDER, CONFIGURATION, ENDING, HOTKEY } from '../../app/tokens.js'
import { ChainError, type ChainErrorCode } from '../../chain/chain-error.js'
import type { Metagraph, Neuron } from '../../chain/metagraph.js'
import { valuesOf } from '../../config/configuration.js'
import { dayOf } from '../../money/day.js'
import { type Earning, type Economics, economicsOf, type WeighingValidator } from '../../money/economics.js'
import { type RecentDays, recentDays } from '../../money/ledger/recent-days.js'
import { moneyFolder } from '../../money/money-folder.js'
import { readAddress } from '../../wallet/read-address.js'
import { findNeuron } from '../subnet/find-neuron.js'
import { lookAtChain } from '../subnet/open-chain.js'

/** What `miner economics` shows. */
export type MinerEconomics = Economics & {
  readonly netuid: number
  readonly hotkey: string
  readonly taoUsd: number | null
  readonly ledger: RecentDays
  readonly chain: ChainSide
}

/** What the chain tells, or why it tells nothing. */
export type ChainSide = OnChain | { readonly unknown: EmissionUnknown }

export type OnChain = { readonly metagraph: Metagraph; readonly neuron: Neuron; readonly earning: Earning }

/** Why the emission is not known. */
export type EmissionUnknown = { readonly message: string; readonly hint: string }

/**
 * Reads the ledger and the chain. It does not ask for the password of an encrypted hotkey whose public half is beside it. The
 * cost is told without a chain, too, and when the chain does not answer.
 *
 * @param days how many days of the ledger to look back
 * @throws {ChainError} SUBNET_UNKNOWN · WRONG_CHAIN
 * @throws {MoneyError} LEDGER_UNREADABLE
 */
export async function collectEconomics(scope: RunScope, { days }: { readonly days: number }): Promise<MinerEconomics> {
  const configuration = scope.resolve(CONFIGURATION)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const { taoUsd = null } = valuesOf(configuration, hostSections.economics)
  const known = await readAddress(valuesOf(configuration, hostSections.wallet))
  const hotkey = known.address ?? (await scope.resolve(HOTKEY)).address
  const folder = moneyFolder(scope.resolve(CHAIN_FOLDER), { netuid, hotkey })
  const ledger = await recentDays(folder, dayOf(Date.now()), days)
  const chain = await askChain(scope, { netuid, hotkey })
  const earning = 'earning' in chain ? chain.earning : null
  const { days: costing, isToday } = ledger
  return { ...economicsOf({ days: costing, isToday, earning, taoUsd }), netuid, hotkey, taoUsd, ledger, chain }
}

type Place = { readonly netuid: number; readonly hotkey: string }

async function askChain(scope: RunScope, place: Place): Promise<ChainSide> {
  if (valuesOf(scope.resolve(CONFIGURATION), hostSections.subtensor).network === 'none') return { unknown: NO_CHAIN }
  try {
    return await readChain(scope, place)
  } catch (error) {
    // Others say that the settings name the wrong subnet or chain, and the ledger of another one may be meant.
    if (!(error instanceof ChainError && passing.has(error.code))) throw error
    return { unknown: { message: error.message, hint: error.hint } }
  }
}

const NO_CHAIN: EmissionUnknown = {
  message: 'the settings leave out the chain (subtensor.network = "none")',
  hint: 'name a chain with --network: finney, test, local or a URL',
}

/** What leaves the emission unknown. */
const passing: ReadonlySet<ChainErrorCode> = new Set([
  'UNREACHABLE',
  'CALL_TIMEOUT',
  'CALL_FAILED',
  'ENDPOINT_BUSY',
  'RUNTIME_UNSUPPORTED',
  'NOT_REGISTERED',
])

async function readChain(scope: RunScope, { netuid, hotkey }: Place): Promise<OnChain> {
  const signal = scope.resolve(ENDING)
  const chain = await lookAtChain(scope)
  const metagraph = await chain.metagraph(netuid, signal)
  const neuron = findNeuron(metagraph, hotkey)
  const { alphaPriceRao, weights } = await chain.economy(netuid, neuron.uid, signal)
  const validators = weights.flatMap(({ uid, share }): readonly WeighingValidator[] => {
    const { hotkey, stakeRao, hasPermit } = metagraph.neurons[uid] ?? { hasPermit: false, hotkey: '', stakeRao: 0n }
    return hasPermit && uid !== neuron.uid ? [{ hotkey, uid, stakeRao, weight: share }] : []
  })
  const { tempo } = metagraph.subnet
  return { metagraph, neuron, earning: { emissionRao: neuron.emissionRao, tempo, alphaPriceRao, validators } }
}
