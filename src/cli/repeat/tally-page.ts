import { fill } from '../../text/fill.js'
import { groupedText } from '../../text/span.js'
import type { PrintedMessage } from '../errors/format-message.js'
import { table } from '../output/table.js'
import { replyLabel } from '../question/reply-label.js'
import type { StatusSummary, TallySummary } from './reply-tally.js'

/**
 * Formats for people the result of a question that was asked many times: a sentence, and a table of the replies by status.
 *
 * @param width columns of the terminal, if it is one
 */
export function tallyPage(summary: TallySummary, width: number | undefined): string {
  const { statuses } = summary
  const page = `${fill(sentence(summary), { width })}\n`
  return statuses.length === 0 ? page : `${page}\n${table(statuses.map(row), width, NUMERIC)}\n`
}

/** Returns what each status other than an answer means, and how to fix it. */
export function tallyMessages({ statuses }: TallySummary): readonly PrintedMessage[] {
  return statuses.flatMap(({ error, ...reply }) => (error ? [{ label: replyLabel(reply), ...error }] : []))
}

const NUMERIC = ['count', 'per second', 'p50', 'p99', 'first p50', 'first p99']

function sentence({ count, concurrency, replies, answered, ms }: TallySummary): string {
  const asked =
    replies === count ? counted(count, 'question') : `${groupedText(replies)} of ${counted(count, 'question')}`
  const time = ms < 1000 ? msText(ms) : `${(ms / 1000).toFixed(1)} s`
  const pace = concurrency === 1 ? 'one after another' : `${groupedText(concurrency)} at once`
  return `asked ${asked} in ${time}, ${pace}, and got ${counted(answered, 'answer')}`
}

function row(one: StatusSummary): Readonly<Record<string, string>> {
  const { count, perSecond, p50Ms, p99Ms, firstP50Ms, firstP99Ms, error } = one
  const isStream = firstP50Ms !== undefined && firstP99Ms !== undefined
  return {
    status: replyLabel(one),
    count: groupedText(count),
    'per second': rateText(perSecond),
    ...(isStream && { 'first p50': msText(firstP50Ms), 'first p99': msText(firstP99Ms) }),
    p50: msText(p50Ms),
    p99: msText(p99Ms),
    meaning: error?.code ?? 'answered',
  }
}

function counted(count: number, noun: string): string {
  return `${groupedText(count)} ${noun}${count === 1 ? '' : 's'}`
}

function rateText(perSecond: number): string {
  return perSecond < 100 ? String(Number(perSecond.toPrecision(3))) : groupedText(Math.round(perSecond))
}

function msText(ms: number | null): string {
  if (ms === null) return '–'
  return `${ms < 10 && !Number.isInteger(ms) ? ms.toFixed(1) : groupedText(Math.round(ms))} ms`
}
