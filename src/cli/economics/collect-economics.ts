import type { RunScope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { CHAIN_FOLDER, CONFIGURATION, ENDING, HOTKEY } from '../../app/tokens.js'
import type { Chain } from '../../chain/chain.js'
import type { Metagraph, Neuron } from '../../chain/metagraph.js'
import { valuesOf } from '../../config/configuration.js'
import { dayOf } from '../../money/day.js'
import { type Economics, economicsOf, type WeighingValidator } from '../../money/economics.js'
import { type RecentDays, recentDays } from '../../money/ledger/recent-days.js'
import { moneyFolder } from '../../money/money-folder.js'
import { readAddress } from '../../wallet/read-address.js'
import { findNeuron } from '../subnet/find-neuron.js'

/** What `miner economics` shows. */
export type MinerEconomics = Economics & {
  readonly metagraph: Metagraph
  readonly neuron: Neuron
  readonly alphaPriceRao: bigint | null
  readonly taoUsd: number | null
  readonly ledger: RecentDays
}

/**
 * Reads the ledger and the chain. It does not ask for the password of an encrypted hotkey whose public half is beside it.
 *
 * @param days how many days of the ledger to look back
 * @throws {ChainError} NOT_REGISTERED, and what the chain throws
 * @throws {MoneyError} LEDGER_UNREADABLE
 */
export async function collectEconomics(
  scope: RunScope,
  { chain, days }: { readonly chain: Chain; readonly days: number },
): Promise<MinerEconomics> {
  const configuration = scope.resolve(CONFIGURATION)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const { taoUsd = null } = valuesOf(configuration, hostSections.economics)
  const known = await readAddress(valuesOf(configuration, hostSections.wallet))
  const hotkey = known.address ?? (await scope.resolve(HOTKEY)).address
  const folder = moneyFolder(scope.resolve(CHAIN_FOLDER), { netuid, hotkey })
  const ledger = await recentDays(folder, dayOf(Date.now()), days)
  const signal = scope.resolve(ENDING)
  const metagraph = await chain.metagraph(netuid, signal)
  const neuron = findNeuron(metagraph, hotkey)
  const { alphaPriceRao, weights } = await chain.economy(netuid, neuron.uid, signal)
  const validators = weights.flatMap(({ uid, share }): readonly WeighingValidator[] => {
    const { hotkey, stakeRao, hasPermit } = metagraph.neurons[uid] ?? { hasPermit: false, hotkey: '', stakeRao: 0n }
    return hasPermit && uid !== neuron.uid ? [{ hotkey, uid, stakeRao, weight: share }] : []
  })
  const { emissionRao } = neuron
  const { tempo } = metagraph.subnet
  const economics = economicsOf({ days: ledger.days, emissionRao, tempo, alphaPriceRao, taoUsd, validators })
  return { ...economics, metagraph, neuron, alphaPriceRao, taoUsd, ledger }
}
