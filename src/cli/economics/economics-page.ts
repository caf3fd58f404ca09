import { shortHotkey } from '../../app/log/event-text.js'
import { dollarsText } from '../../money/amount.js'
import { dayText } from '../../money/day.js'
import type { DayCost, DayPay, HotkeyEconomics } from '../../money/economics.js'
import { fill } from '../../text/fill.js'
import { groupedText } from '../../text/span.js'
import { rows, table } from '../output/table.js'
import { shownAmount, shownShare } from '../subnet/amount.js'
import type { MinerEconomics } from './collect-economics.js'
import { daysTable } from './days-table.js'
import { coinsText, costCell, countText } from './money-text.js'

/** Formats what a day costs and pays for people. @param width columns of the terminal, if it is one */
export function economicsPage(economics: MinerEconomics, width: number | undefined): string {
  const { hotkeys, ledger } = economics
  const tables = [
    table(
      hotkeys.map(one => cellsOf(one, { width, isToday: ledger.isToday })),
      width,
      numeric,
    ),
    daysTable(ledger, width),
  ]
  const notes = notesOf(economics).map(note => fill(note, { width }))
  const parts = [fill(headOf(economics), { width }), summary(economics, width).trimEnd(), ...tables, ...notes]
  return parts.filter(part => part !== '').join('\n\n')
}

function headOf({ netuid, hotkey, chain }: MinerEconomics): string {
  if ('unknown' in chain) return `${hotkey} on subnet ${netuid}, a day (UTC)`
  return `uid ${chain.neuron.uid} of subnet ${netuid} at block ${groupedText(chain.metagraph.block)}, a day (UTC)`
}

function summary(economics: MinerEconomics, width: number | undefined): string {
  const { cost } = economics
  return rows(
    [
      ['cost', costText(economics, cost)],
      ['emission', emissionText(economics)],
      ...worthRow(economics),
      ['left', leftText(economics)],
    ],
    width,
  )
}

function costText({ ledger: { days, isToday } }: MinerEconomics, cost: DayCost | null): string {
  if (!cost) return 'unknown: the ledger has no day yet; miner serve keeps it'
  const [last, first] = [days[0]!, days.at(-1)!].map(({ day }) => dayText(day))
  const span = isToday
    ? 'today so far'
    : days.length === 1
      ? last
      : `mean of the ${days.length} days from ${first} to ${last}`
  const unknown =
    cost.unknown > 0
      ? `; the cost of ${countText(cost.unknown)} of ${countText(cost.requests)} requests is not known`
      : ''
  return `${cost.usd === null ? 'unknown' : dollarsText(cost.usd)} (${span}${unknown})`
}

function emissionText({ pay, chain }: MinerEconomics): string {
  if ('unknown' in chain) return `unknown: ${chain.unknown.message}`
  const { alphaPriceRao } = chain.earning
  const price = alphaPriceRao === null ? '' : `, at ${coinsText(Number(alphaPriceRao) / 1e9)} TAO for an alpha`
  const alpha = typeof pay?.alpha === 'number' ? `${coinsText(pay.alpha)} alpha = ` : ''
  return `${alpha}${coinsText(pay!.tao)} TAO${price}`
}

function worthRow({ pay, taoUsd }: MinerEconomics): readonly (readonly [string, string])[] {
  if (!pay) return []
  if (pay.usd === null) return [['worth', 'unknown: tell what a TAO is worth with --tao-usd']]
  return [['worth', `${dollarsText(pay.usd)}, at ${dollarsText(taoUsd!)} for a TAO`]]
}

function leftText({ cost, pay, leftUsd, ledger }: MinerEconomics): string {
  if (ledger.isToday) return 'unknown: the ledger has no whole day yet'
  if (leftUsd !== null) return dollarsText(leftUsd)
  if (typeof cost?.usd !== 'number' || typeof pay?.usd !== 'number') return 'unknown'
  return `at most ${dollarsText(pay.usd - cost.usd)}, because the cost is not known whole`
}

const numeric = [
  'uid',
  'stake',
  'weight',
  'share',
  'tao',
  'worth',
  'cost',
  'requests',
  'cost so far',
  'requests so far',
]

function cellsOf(
  { hotkey, validator, share, pay, cost }: HotkeyEconomics,
  { width, isToday }: { readonly width: number | undefined; readonly isToday: boolean },
) {
  // The pay beside it is that of a whole day.
  const soFar = isToday ? ' so far' : ''
  return {
    hotkey: width === undefined ? hotkey : shortHotkey(hotkey),
    ...(pay && {
      uid: validator ? String(validator.uid) : '–',
      stake: validator ? shownAmount(validator.stakeRao) : '–',
      weight: validator ? shownShare(validator.weight) : '–',
      share: validator ? `${(100 * share).toFixed(1)}%` : '–',
      tao: validator ? coinsText(pay.tao) : '–',
      worth: validator ? worth(pay) : '–',
    }),
    [`cost${soFar}`]: cost ? costCell(cost) : '–',
    [`requests${soFar}`]: cost ? countText(cost.requests) : '–',
  }
}

/** What the figures do not say. */
function notesOf({ chain, hotkeys }: MinerEconomics): readonly string[] {
  if ('unknown' in chain) return [`To see the emission: ${chain.unknown.hint}.`]
  const isWeighed = hotkeys.some(({ validator }) => validator)
  const shares = isWeighed
    ? "A validator's share is its stake times the weight that it has set, of all validators with a permit. The chain pays by their consensus, which clips weights, and weights that are committed in secret are those of the last reveal: take it as an estimate."
    : 'No validator with a permit weighs this miner, as far as the chain shows, so that no share can be told.'
  return [`The emission is that of the last epoch, held against ${'7,200'} blocks of a day.`, shares]
}

function worth({ usd: amount }: DayPay): string {
  return amount === null ? '?' : dollarsText(amount)
}
