import { dayText } from '../../money/day.js'
import { decimalAmount } from '../subnet/amount.js'
import type { MinerEconomics } from './collect-economics.js'

/** Returns what a day costs and pays as a JSON document. Its names are API. Amounts are means of a day; null is unknown. */
export function economicsJson(economics: MinerEconomics): object {
  const { metagraph, neuron, cost, pay, leftUsd, alphaPriceRao, taoUsd, ledger, hotkeys } = economics
  const { subnet, block, blockAt } = metagraph
  return {
    netuid: subnet.netuid,
    uid: neuron.uid,
    hotkey: neuron.hotkey,
    block,
    blockAt: new Date(blockAt).toISOString(),
    days: ledger.days.map(({ day }) => dayText(day)),
    isToday: ledger.isToday,
    cost,
    emission: {
      ...pay,
      epochBlocks: subnet.tempo + 1,
      lastEpoch: decimalAmount(neuron.emissionRao),
      alphaPrice: alphaPriceRao === null ? null : decimalAmount(alphaPriceRao),
      taoUsd,
    },
    leftUsd,
    hotkeys: hotkeys.map(({ hotkey, validator, share, pay, cost }) => ({
      hotkey,
      uid: validator?.uid ?? null,
      stake: validator ? decimalAmount(validator.stakeRao) : null,
      weight: validator?.weight ?? null,
      share: validator ? share : null,
      emission: validator ? pay : null,
      cost,
    })),
  }
}
