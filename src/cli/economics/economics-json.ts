import { dayText } from '../../money/day.js'
import { costOfDay, costOfRow, type HotkeyEconomics } from '../../money/economics.js'
import { decimalAmount } from '../subnet/amount.js'
import type { MinerEconomics } from './collect-economics.js'
import { type ShownDay, shownDays, tokensOf } from './days-table.js'

/**
 * Returns what a day costs and pays as a JSON document. Its names are API. Amounts are means of a day, but those of `daily`; null
 * is unknown.
 */
export function economicsJson(economics: MinerEconomics): object {
  const { netuid, hotkey, chain, cost, leftUsd, ledger, hotkeys } = economics
  const [neuron, metagraph] = 'unknown' in chain ? [] : [chain.neuron, chain.metagraph]
  return {
    netuid,
    uid: neuron?.uid ?? null,
    hotkey,
    block: metagraph?.block ?? null,
    blockAt: metagraph ? new Date(metagraph.blockAt).toISOString() : null,
    days: ledger.days.map(({ day }) => dayText(day)),
    isToday: ledger.isToday,
    cost,
    emission: emissionOf(economics),
    emissionUnknown: 'unknown' in chain ? chain.unknown : null,
    leftUsd,
    hotkeys: hotkeys.map(hotkeyOf),
    daily: shownDays(ledger).map(dayOf),
  }
}

function emissionOf({ chain, pay, taoUsd }: MinerEconomics) {
  if ('unknown' in chain) return null
  const { tempo, alphaPriceRao, emissionRao } = chain.earning
  return {
    ...pay,
    epochBlocks: tempo + 1,
    lastEpoch: decimalAmount(emissionRao),
    alphaPrice: alphaPriceRao === null ? null : decimalAmount(alphaPriceRao),
    taoUsd,
  }
}

function hotkeyOf({ hotkey, validator, share, pay, cost }: HotkeyEconomics) {
  return {
    hotkey,
    uid: validator?.uid ?? null,
    stake: validator ? decimalAmount(validator.stakeRao) : null,
    weight: validator?.weight ?? null,
    share: validator ? share : null,
    emission: validator ? pay : null,
    cost,
  }
}

function dayOf({ day, isToday }: ShownDay) {
  return {
    day: dayText(day.day),
    isToday,
    cost: costOfDay(day),
    tokens: tokensOf(day),
    hotkeys: [...day.hotkeys].map(([hotkey, row]) => ({
      hotkey,
      cost: costOfRow(row),
      tokens: { prompt: row.promptTokens, completion: row.completionTokens },
    })),
  }
}
