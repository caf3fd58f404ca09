import type { LoggedRequest } from '../../request-log/logged-request.js'

/** The stages of a request between two of its times, in their order. */
const stages = [
  ['claimed', 'read the head'],
  ['verified', 'check the signature'],
  ['placed', 'wait for a place'],
  ['firstToken', 'wait for the model'],
  ['done', 'answer'],
] as const

type Span = { readonly name: string; readonly from: number; readonly to: number }

const BAR = 40

/**
 * Draws the life of a request, a line for each stage that it reached: how long that took, and when. The stage in which it
 * ended takes the time to its end.
 */
export function waterfall(request: Pick<LoggedRequest, 'times' | 'ms'>): string {
  const spans = spansOf(request)
  const total = Math.max(...spans.map(({ to }) => to), 0)
  const longest = Math.max(...spans.map(({ name }) => name.length))
  return spans
    .map(({ name, from, to }) => `  ${name.padEnd(longest)}  ${bar(from, to, total)}  ${msText(to - from)}\n`)
    .join('')
}

function spansOf({ times, ms }: Pick<LoggedRequest, 'times' | 'ms'>): readonly Span[] {
  const end = times.done ?? ms
  const spans: Span[] = []
  let from = 0
  for (const [step, name] of stages) {
    const at = times[step]
    const to = step === 'done' || at === null ? end : Math.max(at, from)
    spans.push({ name, from, to: Math.max(to, from) })
    if (at === null) break
    from = Math.max(at, from)
  }
  return spans
}

function bar(from: number, to: number, total: number): string {
  const place = (ms: number) => (total === 0 ? 0 : Math.round((ms / total) * BAR))
  const start = Math.min(place(from), BAR - 1)
  // A stage that took almost no time is still to be seen.
  const length = Math.max(1, place(to) - start)
  return `${' '.repeat(start)}${'█'.repeat(length)}`.padEnd(BAR)
}

function msText(ms: number): string {
  return `${Math.round(ms * 10) / 10} ms`
}
