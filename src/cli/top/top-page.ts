import type { EndpointStatus, LiveStatus, Quantiles, RequestEntry } from '../../admin/api.js'
import { type LogRecord, shortHotkey } from '../../app/log/event-text.js'
import { textLine } from '../../app/log/text-line.js'
import { axonText } from '../../text/axon-text.js'
import { escapeControls } from '../../text/escape.js'
import { agoText, groupedText, spanText } from '../../text/span.js'
import { rows, table } from '../output/table.js'

export type TopPageOptions = {
  /** columns of the terminal, if it is one */
  readonly width: number | undefined
  readonly isColoured: boolean
  /** why the miner does not reply, and for how long; null: it does */
  readonly silent: { readonly why: string; readonly ms: number } | null
}

type Row = readonly [name: string, value: string]

/** How many columns a full bar takes. */
const BAR = 20

/** Formats a running miner for one screen: who it is, its requests and latency, its places, its endpoints, the last requests. */
export function topPage(
  status: LiveStatus,
  requests: readonly RequestEntry[],
  { width, isColoured, silent }: TopPageOptions,
): string {
  const head = [...minerRows(status), ...requestRows(status), ...loadRows(status), ...moneyRows(status)]
  const parts = [
    ...(silent === null ? [] : [`${escapeControls(silent.why)}; these figures are ${spanText(silent.ms)} old`]),
    rows(head, width).trimEnd(),
    ...(status.endpoints ? [endpointTable(status.endpoints, width)] : []),
    requests.length === 0 ? 'no validator has been answered yet' : requestLines(requests, { width, isColoured }),
  ]
  return `${parts.join('\n\n')}\n`
}

function minerRows({ at, miner, chain }: LiveStatus): readonly Row[] {
  const { use, models, dialect, url, hotkey, startedAt, isDraining, network, netuid } = miner
  const model = models.length === 0 ? '' : ` ${models.join(', ')}`
  const subnet = netuid === undefined ? 'no chain' : `subnet ${netuid} on ${network}`
  return [
    ['miner', `${use}${model}, dialect ${dialect}, ${isDraining ? 'stopping' : 'up'} for ${spanText(at - startedAt)}`],
    ['axon', `${url}, hotkey ${shortHotkey(hotkey)}, ${subnet}`],
    ...(chain ? [['chain', chainText({ at, chain })] as const] : []),
  ]
}

function chainText({ at, chain }: { readonly at: number; readonly chain: NonNullable<LiveStatus['chain']> }): string {
  const { registered, uid, announced, metagraphAt, incentive, problem } = chain
  const place = registered === null ? 'registration unknown' : registered ? `uid ${uid ?? '?'}` : 'not registered'
  const last = incentive.at(-1)
  return [
    place,
    announced ? `announced as ${axonText(announced)}` : 'nothing announced',
    metagraphAt === null ? 'no metagraph yet' : `metagraph ${agoText(metagraphAt, at)}`,
    ...(last ? [`incentive ${last.value.toFixed(5)}`] : []),
    ...(problem ? [problem.message] : []),
  ].join(', ')
}

function requestRows({ requests, latency }: LiveStatus): readonly Row[] {
  const { signed, perSecond, strangers, strangersPerSecond } = requests
  const { answered, refused, failed, cancelled } = signed
  const ended = answered + refused + failed + cancelled
  const others = Object.entries({ refused, failed, cancelled }).flatMap(([end, count]) =>
    count === 0 ? [] : [`${groupedText(count)} ${end}`],
  )
  const share = ended === 0 ? '' : ` (${shareText(answered / ended)})`
  return [
    ['requests', [`${perSecond.toFixed(1)}/s`, `${groupedText(answered)} answered${share}`, ...others].join(', ')],
    // Scans of a public port would drown the share of callers.
    ...(strangers === 0
      ? []
      : [['strangers', `${strangersPerSecond.toFixed(1)}/s, ${groupedText(strangers)} unproven`] as const]),
    ['first token', quantilesText(latency.firstToken)],
    ['answer', quantilesText(latency.total)],
  ]
}

/** 99.96 % is not all. */
function shareText(share: number): string {
  return share === 1 ? 'all' : `${Math.min(99.9, share * 100).toFixed(1)} %`
}

function quantilesText(quantiles: Quantiles | null): string {
  if (quantiles === null) return 'no answer in the last 5 min'
  const { p50, p95, p99, count } = quantiles
  return `p50 ${msText(p50)}, p95 ${msText(p95)}, p99 ${msText(p99)} of ${groupedText(count)} in 5 min`
}

function msText(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

function loadRows({ load, tokens }: LiveStatus): readonly Row[] {
  const { atWork, of, waiting, queue } = load.places
  return [
    ['at work', barText(atWork, of)],
    ['queue', barText(waiting, queue)],
    [
      'tokens',
      `${groupedText(tokens.prompt)} in (${groupedText(tokens.cached)} cached), ${groupedText(tokens.completion)} out`,
    ],
  ]
}

function barText(count: number, most: number): string {
  const full = most === 0 ? 0 : Math.min(BAR, Math.ceil((count / most) * BAR))
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${count} of ${most}`
}

function moneyRows({ money }: LiveStatus): readonly Row[] {
  if (!money) return []
  const { today, budget, hotkeyBudgets = [] } = money
  const spent = hotkeyBudgets.filter(({ isSpent }) => isSpent).length
  const parts = [
    ...(today.usd === undefined ? [] : [dollars(today.usd)]),
    ...(budget ? [`${dollars(budget.usedUsd)} of ${dollars(budget.usdPerDay)} with what is reserved`] : []),
    ...(spent === 0 ? [] : [`${spent} of ${hotkeyBudgets.length} hotkeys have spent their budget`]),
    ...(today.unknown === 0 ? [] : [`the cost of ${groupedText(today.unknown)} requests is not known`]),
  ]
  return [['today', parts.join(', ')]]
}

function dollars(usd: number): string {
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`
}

function endpointTable(endpoints: readonly EndpointStatus[], width: number | undefined): string {
  const states = { closed: 'works', halfOpen: 'is tried', open: 'rests' } as const
  const keyed = endpoints.map(({ endpoint, breaker, restMs, failures, keys, lastError }) => ({
    endpoint: escapeControls(endpoint),
    state: restMs > 0 && breaker !== 'halfOpen' ? `rests ${spanText(restMs + 999)}` : states[breaker],
    failures: String(failures),
    keys: `${keys.filter(key => key.restMs === 0).length} of ${keys.length}`,
    'last error': lastError ? `${lastError.code} at ${new Date(lastError.at).toLocaleTimeString('en-GB')}` : '',
  }))
  return table(keyed, width, ['failures'])
}

type RequestLineOptions = Pick<TopPageOptions, 'width' | 'isColoured'>

/** The requests as the log has them, the newest first. */
function requestLines(requests: readonly RequestEntry[], { width, isColoured }: RequestLineOptions): string {
  const lines = requests.map(({ at, outcome, attempts, ...request }) => {
    const failed = attempts?.flatMap(({ endpoint, error }) => (error === undefined ? [] : [`${endpoint}: ${error}`]))
    const record = { ...request, event: outcome, time: new Date(at).toISOString(), attempts: failed }
    return textLine(escaped(record), { isColoured, columns: width ?? null })
  })
  return lines.join('').trimEnd()
}

/** Escapes the texts of a record, as the log's are before they are formatted. */
function escaped(record: object): LogRecord {
  return JSON.parse(JSON.stringify(record), (_, value) => (typeof value === 'string' ? escapeControls(value) : value))
}
