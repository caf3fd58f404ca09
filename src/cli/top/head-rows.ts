import type { LiveStatus, Quantiles } from '../../admin/api.js'
import { shortHotkey } from '../../app/log/event-text.js'
import { dollarsText } from '../../money/amount.js'
import { axonText } from '../../text/axon-text.js'
import { agoText, groupedText, spanText } from '../../text/span.js'

export type Row = readonly [name: string, value: string]

/** How many columns a full bar takes. */
const BAR = 20
const NARROW_BAR = 8

/** Returns what the page tells of a miner besides its endpoints and requests, the most important first. */
export function headRows(status: LiveStatus, isNarrow: boolean): readonly Row[] {
  const { at, miner, requests, chain } = status
  const { use, models, dialect, url, hotkey, startedAt, isDraining, network, netuid } = miner
  const model = models.length === 0 ? '' : ` ${models.join(', ')}`
  const subnet = netuid === undefined ? 'no chain' : `subnet ${netuid} on ${network}`
  return [
    ['miner', `${use}${model}, dialect ${dialect}, ${isDraining ? 'stopping' : 'up'} for ${spanText(at - startedAt)}`],
    ...(chain?.problem ? [['problem', chain.problem.message] as const] : []),
    ...(requests.problem ? [['problem', requests.problem] as const] : []),
    ...requestRows(status, isNarrow),
    ...loadRows(status, isNarrow),
    ...moneyRows(status),
    ...tokenRows(status),
    ...otherRows(status),
    ...(chain ? [['chain', chainText({ at, chain })] as const] : []),
    ['axon', `${url}, hotkey ${shortHotkey(hotkey)}, ${subnet}`],
  ]
}

function chainText({ at, chain }: { readonly at: number; readonly chain: NonNullable<LiveStatus['chain']> }): string {
  const { registered, uid, announced, metagraphAt, incentive } = chain
  const place = registered === null ? 'registration unknown' : registered ? `uid ${uid ?? '?'}` : 'not registered'
  const last = incentive.at(-1)
  return [
    place,
    announced ? `announced as ${axonText(announced)}` : 'nothing announced',
    metagraphAt === null ? 'no metagraph yet' : `metagraph ${agoText(metagraphAt, at)}`,
    ...(last ? [`incentive ${last.value.toFixed(5)}`] : []),
  ].join(', ')
}

function requestRows({ requests, latency }: LiveStatus, isNarrow: boolean): readonly Row[] {
  const { signed, perSecond } = requests
  const { answered, refused, failed, cancelled } = signed
  const ended = answered + refused + failed + cancelled
  const others = Object.entries({ refused, failed, cancelled }).flatMap(([end, count]) =>
    count === 0 ? [] : [`${groupedText(count)} ${end}`],
  )
  const share = answered === ended ? '' : ` (${shareText(answered / ended)})`
  const counts =
    isNarrow && share
      ? [`${shareText(answered / ended)} answered`]
      : [`${groupedText(answered)} answered${share}`, ...others]
  return [
    ['requests', [`${perSecond.toFixed(1)}/s`, ...counts].join(', ')],
    ['first token', quantilesText(latency.firstToken, isNarrow)],
    ['answer', quantilesText(latency.total, isNarrow)],
  ]
}

/** What no signature proved: scans of a public port would drown the share of callers. */
function otherRows({ requests }: LiveStatus): readonly Row[] {
  const { unproven, unprovenPerSecond, strangers, strangersPerSecond } = requests
  const text = (rate: number, count: number) => `${rate.toFixed(1)}/s, ${groupedText(count)}`
  return [
    ...(unproven === 0 ? [] : [['unproven', `${text(unprovenPerSecond, unproven)} that name a validator`] as const]),
    ...(strangers === 0 ? [] : [['strangers', `${text(strangersPerSecond, strangers)} others`] as const]),
  ]
}

/** 99.96 % is not all. */
function shareText(share: number): string {
  return `${Math.min(99.9, share * 100).toFixed(1)} %`
}

function quantilesText(quantiles: Quantiles | null, isNarrow: boolean): string {
  if (quantiles === null) return isNarrow ? 'none in 5 min' : 'no answer in the last 5 min'
  const { p50, p95, p99, count } = quantiles
  const most = `p50 ${msText(p50)}, p95 ${msText(p95)}`
  return isNarrow ? most : `${most}, p99 ${msText(p99)} of ${groupedText(count)} in 5 min`
}

function msText(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

function loadRows({ load }: LiveStatus, isNarrow: boolean): readonly Row[] {
  const { atWork, of, waiting, queue } = load.places
  const columns = isNarrow ? NARROW_BAR : BAR
  return [
    ['at work', barText(atWork, of, columns)],
    ['queue', barText(waiting, queue, columns)],
  ]
}

function tokenRows({ tokens: { prompt, cached, completion } }: LiveStatus): readonly Row[] {
  return [['tokens', `${groupedText(prompt)} in (${groupedText(cached)} cached), ${groupedText(completion)} out`]]
}

function barText(count: number, most: number, columns: number): string {
  const full = most === 0 ? 0 : Math.min(columns, Math.ceil((count / most) * columns))
  return `${'█'.repeat(full)}${'░'.repeat(columns - full)} ${count} of ${most}`
}

function moneyRows({ money }: LiveStatus): readonly Row[] {
  if (!money) return []
  const { today, budget, strangersBudget } = money
  const { asked, spent } = money.hotkeyBudgets ?? { asked: 0, spent: 0 }
  const parts = [
    ...(today.usd === undefined ? [] : [dollarsText(today.usd)]),
    ...(budget ? [`${dollarsText(budget.usedUsd)} of ${dollarsText(budget.usdPerDay)} with what is reserved`] : []),
    ...(budget?.isSpent ? ['the budget is spent'] : []),
    ...(spent === 0
      ? []
      : [
          `${groupedText(spent)} of ${groupedText(asked)} hotkeys ${spent === 1 ? 'has spent its' : 'have spent their'} budget`,
        ]),
    ...(strangersBudget?.isSpent ? ['unregistered hotkeys have spent theirs'] : []),
    ...(today.unknown === 0 ? [] : [`the cost of ${groupedText(today.unknown)} requests is not known`]),
  ]
  return [['today', parts.join(', ')]]
}
