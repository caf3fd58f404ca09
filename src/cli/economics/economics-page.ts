import { shortHotkey } from '../../app/log/event-text.js'
import { dayText } from '../../money/day.js'
import type { DayCost, DayPay, HotkeyEconomics } from '../../money/economics.js'
import { fill } from '../../text/fill.js'
import { groupedText } from '../../text/span.js'
import { rows, table } from '../output/table.js'
import { shownAmount, shownShare } from '../subnet/amount.js'
import type { MinerEconomics } from './collect-economics.js'

/** Formats what a day costs and pays for people. @param width columns of the terminal, if it is one */
export function economicsPage(economics: MinerEconomics, width: number | undefined): string {
  const { metagraph, neuron, hotkeys } = economics
  const { subnet, block } = metagraph
  const head = `uid ${neuron.uid} of subnet ${subnet.netuid} at block ${groupedText(block)}, a day (UTC)`
  const parts =
    hotkeys.length === 0
      ? []
      : [
          table(
            hotkeys.map(one => cellsOf(one, width)),
            width,
            numeric,
          ),
        ]
  const notes = notesOf(economics).map(note => fill(note, { width }))
  return [fill(head, { width }), summary(economics, width).trimEnd(), ...parts, ...notes].join('\n\n')
}

function summary(economics: MinerEconomics, width: number | undefined): string {
  const { cost, pay, alphaPriceRao, taoUsd } = economics
  const price = alphaPriceRao === null ? '' : `, at ${plain(Number(alphaPriceRao) / 1e9)} TAO for an alpha`
  const alpha = pay.alpha === null ? '' : `${plain(pay.alpha)} alpha = `
  return rows(
    [
      ['cost', costText(economics, cost)],
      ['emission', `${alpha}${plain(pay.tao)} TAO${price}`],
      [
        'worth',
        pay.usd === null
          ? 'unknown: tell what a TAO is worth with --tao-usd'
          : `${usd(pay.usd)}, at ${usd(taoUsd!)} for a TAO`,
      ],
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
    cost.unknown > 0 ? `; the cost of ${plain(cost.unknown)} of ${plain(cost.requests)} requests is not known` : ''
  return `${cost.usd === null ? 'unknown' : usd(cost.usd)} (${span}${unknown})`
}

function leftText({ cost, pay, leftUsd }: MinerEconomics): string {
  if (leftUsd !== null) return usd(leftUsd)
  if (cost === null || cost.usd === null || pay.usd === null) return 'unknown'
  return `at most ${usd(pay.usd - cost.usd)}, because the cost is not known whole`
}

const numeric = ['uid', 'stake', 'weight', 'share', 'tao', 'worth', 'cost', 'requests']

function cellsOf({ hotkey, validator, share, pay, cost }: HotkeyEconomics, width: number | undefined) {
  return {
    hotkey: width === undefined ? hotkey : shortHotkey(hotkey),
    uid: validator ? String(validator.uid) : '–',
    stake: validator ? shownAmount(validator.stakeRao) : '–',
    weight: validator ? shownShare(validator.weight) : '–',
    share: validator ? `${(100 * share).toFixed(1)}%` : '–',
    tao: validator ? plain(pay.tao) : '–',
    worth: validator ? worth(pay) : '–',
    cost: cost ? costCell(cost) : '–',
    requests: cost ? plain(cost.requests) : '–',
  }
}

function costCell({ usd: amount, unknown }: DayCost): string {
  if (amount === null) return '?'
  return `${usd(amount)}${unknown > 0 ? '+?' : ''}`
}

/** What the figures do not say. */
function notesOf({ hotkeys }: MinerEconomics): readonly string[] {
  const isWeighed = hotkeys.some(({ validator }) => validator)
  const shares = isWeighed
    ? "A validator's share is its stake times the weight that it has set, of all validators with a permit. The chain pays by their consensus, which clips weights, and weights that are committed in secret are those of the last reveal: take it as an estimate."
    : 'No validator with a permit weighs this miner, as far as the chain shows, so that no share can be told.'
  return [`The emission is that of the last epoch, held against ${'7,200'} blocks of a day.`, shares]
}

function worth({ usd: amount }: DayPay): string {
  return amount === null ? '?' : usd(amount)
}

function usd(amount: number): string {
  const sign = amount < 0 ? '-' : ''
  return `${sign}$${plain(Math.abs(amount), 2)}`
}

/** With as many digits as a small one needs. */
function plain(amount: number, places = 3): string {
  if (amount === 0 || Number.isInteger(amount)) return groupedText(amount)
  return amount >= 1 ? amount.toFixed(places) : String(Number(amount.toPrecision(3)))
}
