import type { LastRecord } from './ended-request.js'
import { shortText } from './short-text.js'
import { Slots } from './slots.js'

/** The last five minutes. */
const STEPS = { stepMs: 30_000, count: 10 }
/** Reasons of one step that differ; further ones are told by their code. */
const MAX_REASONS = 8
/** Reasons that the problem names. */
const MAX_TOLD = 3

type Step = { proven: number; readonly reasons: Map<string, { readonly code: string; count: number }> }

/**
 * Notices when callers that may ask get no request proven: the clock of the miner is wrong, a proxy changes their headers, or
 * they sign for another hotkey. Anyone can claim a hotkey, so what is unproven counts only while nothing is proven.
 */
export class UnprovenCallers {
  readonly #steps = new Slots({ ...STEPS, make: (): Step => ({ proven: 0, reasons: new Map() }) })

  /** Counts a request that a hotkey signed that may ask. @param at epoch milliseconds, as below */
  addProven(at: number): void {
    this.#steps.current(at).proven++
  }

  /** Counts a request that names a hotkey that may ask, and was refused before its proof. */
  addUnproven(at: number, { code = '', reason = '' }: Pick<LastRecord, 'code' | 'reason'>): void {
    const { reasons } = this.#steps.current(at)
    const text = headOf(reason) || code
    const key = reasons.has(text) || reasons.size < MAX_REASONS ? text : code
    const known = reasons.get(key)
    if (known) known.count++
    else reasons.set(key, { code, count: 1 })
  }

  /** Returns what is wrong, and what to do; undefined: some callers are proven, or none ask. */
  problem(at: number): string | undefined {
    const sums = new Map<string, number>()
    const codes = new Set<string>()
    for (const { sum } of this.#steps.recent(at)) {
      if (sum.proven > 0) return undefined
      for (const [text, { code, count }] of sum.reasons) {
        sums.set(text, (sums.get(text) ?? 0) + count)
        codes.add(code)
      }
    }
    if (sums.size === 0) return undefined
    const sorted = [...sums].sort(([, one], [, other]) => other - one)
    const all = sorted.reduce((sum, [, count]) => sum + count, 0)
    const told = sorted.slice(0, MAX_TOLD).map(([text, count]) => `${text}: ${grouped(count)}`)
    const requests = all === 1 ? '1 request that names a validator' : `${grouped(all)} requests that name validators`
    const was = all === 1 ? 'was' : 'were'
    return `${requests} ${was} refused before proof in the last 5 minutes, and none was proven (${told.join(', ')}): ${advice(codes)}`
  }
}

/** What the refusals of callers begin with, as the SDK's do. */
const prefix = /^(?:Not Verified with error|Forbidden\. Key is blacklisted): /

/** Returns a reason without its details, as times: these differ from request to request. */
function headOf(reason: string): string {
  const [head = ''] = reason.replace(prefix, '').split(/[:,]|\.$/)
  return shortText(head.trim())
}

function advice(codes: ReadonlySet<string>): string {
  if (codes.has('NOT_VERIFIED'))
    return "check this machine's clock, the headers that a proxy passes on, and the announced hotkey; run miner doctor"
  return codes.has('BLACKLISTED') ? 'miner policy explain tells which rule refuses a hotkey' : 'run miner doctor'
}

function grouped(count: number): string {
  return count.toLocaleString('en')
}
