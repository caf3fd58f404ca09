import type { RequestEntry } from '../admin/api.js'
import type { Attempt } from '../plugin/miner.js'
import { attemptsOf, type EndedFigures, endpointOf, type LastRecord } from './ended-request.js'
import { shortText } from './short-text.js'

const MAX_ENTRIES = 500
/** Attempts of an entry; a miner may make any number. */
const MAX_ATTEMPTS = 16

/** The requests of proven callers that ended last. */
export class RecentRequests {
  readonly #entries: RequestEntry[] = []
  /** where the next one goes once the ring is full */
  #next = 0

  add(entry: RequestEntry): void {
    this.#entries[this.#next] = entry
    this.#next = (this.#next + 1) % MAX_ENTRIES
  }

  /** Returns the newest ones, the newest first. */
  newest(limit: number): readonly RequestEntry[] {
    const { length } = this.#entries
    const entries = Array.from({ length: Math.min(limit, length) })
    return entries.map((_, back) => this.#entries[(this.#next - 1 - back + length) % length]!)
  }
}

/** Returns what is told of a request that a hotkey signed: no conversation, and of each text no more than a bound. */
export function entryOf(record: LastRecord, hotkey: string, { outcome, cost }: EndedFigures): RequestEntry {
  const { id, arrivedAt, claimed, synapse, status, code, reason, ms, times, partial } = record
  const { model, usage } = record.outcome ?? {}
  const attempts = attemptsOf(record)
  const endpoint = endpointOf(record)
  return {
    id,
    at: arrivedAt,
    hotkey,
    claimed,
    synapse,
    outcome,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason: shortText(reason) }),
    ms,
    times,
    ...(model !== undefined && { model: shortText(model) }),
    ...(endpoint !== undefined && { endpoint: shortText(endpoint) }),
    ...(attempts.length > 0 && { attempts: attempts.slice(0, MAX_ATTEMPTS).map(inShort) }),
    ...(usage && { usage }),
    ...(partial && { partial }),
    ...(cost?.unknown === 0 && { usd: cost.usd }),
  }
}

function inShort({ endpoint, model, ms, error }: Attempt): Attempt {
  return {
    endpoint: shortText(endpoint),
    model: shortText(model),
    ms,
    ...(error !== undefined && { error: shortText(error) }),
  }
}
