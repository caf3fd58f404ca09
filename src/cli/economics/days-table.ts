import { dayText } from '../../money/day.js'
import { costOfDay } from '../../money/economics.js'
import type { LedgerDay } from '../../money/ledger/ledger-file.js'
import type { RecentDays } from '../../money/ledger/recent-days.js'
import { groupedText } from '../../text/span.js'
import { table } from '../output/table.js'
import { costCell } from './money-text.js'

/** A day of the ledger with its tokens. */
export type ShownDay = { readonly day: LedgerDay; readonly isToday: boolean }

/** Returns the days to show, the newest first, with today as far as it is. */
export function shownDays({ days, now, isToday }: RecentDays): readonly ShownDay[] {
  const whole = isToday ? [] : days
  return [...(now ? [{ day: now, isToday: true }] : []), ...whole.map(day => ({ day, isToday: false }))]
}

/** Returns the tokens of a day. */
export function tokensOf({ hotkeys }: LedgerDay): { readonly prompt: number; readonly completion: number } {
  const rows = [...hotkeys.values()]
  return {
    prompt: rows.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    completion: rows.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
  }
}

/** Formats what each day cost, a day a row; empty without days. */
export function daysTable(ledger: RecentDays, width: number | undefined): string {
  return table(shownDays(ledger).map(cellsOf), width, ['cost', 'requests', 'a request', 'tokens in', 'tokens out'])
}

function cellsOf({ day, isToday }: ShownDay) {
  const { usd, requests, unknown } = costOfDay(day)
  const { prompt, completion } = tokensOf(day)
  return {
    day: `${dayText(day.day)}${isToday ? ' so far' : ''}`,
    cost: costCell({ usd, unknown }),
    requests: groupedText(requests),
    'a request': requests === 0 ? '–' : costCell({ usd: usd === null ? null : usd / requests, unknown }),
    'tokens in': groupedText(prompt),
    'tokens out': groupedText(completion),
  }
}
