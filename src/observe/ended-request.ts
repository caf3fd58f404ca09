import type { RequestOutcome, TokenCounts } from '../admin/api.js'
import { type AnswerProgress, type EndedRequest, observe, requestOutcomes } from '../axon/events.js'
import type { Attempt } from '../plugin/miner.js'
import { paidAttempts } from '../plugin/run/paid-attempts.js'
import { noTokens, sumOfTokens, tokenCounts } from './token-counts.js'

/** The last record of a request, whichever channel it came from. */
export type LastRecord = EndedRequest &
  AnswerProgress & { readonly status?: number; readonly code?: string; readonly reason?: string }

/** Pings in a minute that only claim the axon's own hotkey, and are not counted. */
const MAX_CLAIMS = 10

type Options = {
  /** the id of the axon */
  readonly axon: string
  /** the axon's own hotkey, whose pings are those of `miner status`, and are not counted */
  readonly hotkey: string
  readonly onError: (error: unknown) => void
}

/** Calls a listener with the last record of each request of one axon, until it is disposed. */
export function onEnded(
  { axon, hotkey, onError }: Options,
  listener: (record: LastRecord, outcome: RequestOutcome) => void,
): Disposable {
  const ownPings = new OwnPings(hotkey)
  const stops = requestOutcomes.map(outcome => {
    const ofThisAxon = (record: LastRecord) => {
      if (record.axon === axon && !ownPings.has(record)) listener(record, outcome)
    }
    return observe(outcome, ofThisAxon, onError)
  })
  return {
    [Symbol.dispose]() {
      for (const stop of stops) stop()
    },
  }
}

/**
 * Knows the pings of `miner status`. The rules refuse most of them before their signature is checked, and anyone can claim the
 * hotkey: so of those without a proof it takes ten a minute.
 */
class OwnPings {
  readonly #hotkey: string
  #minute = 0
  #claims = 0

  constructor(hotkey: string) {
    this.#hotkey = hotkey
  }

  has({ synapse, hotkey, claimed, arrivedAt }: LastRecord): boolean {
    if (synapse !== 'Synapse' || claimed !== this.#hotkey) return false
    if (hotkey === this.#hotkey) return true
    const minute = Math.floor(arrivedAt / 60_000)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#claims = 0
    }
    return ++this.#claims <= MAX_CLAIMS
  }
}

/** Returns the attempts of a request, of all its questions: the outcome has those of the last one only. */
export function attemptsOf({ attempts, outcome }: LastRecord): readonly Attempt[] {
  return attempts ?? outcome?.attempts ?? []
}

/** Returns the endpoint that answered, where that is known. */
export function endpointOf(record: LastRecord): string | undefined {
  if (record.cut) return record.cut.endpoint
  return attemptsOf(record).findLast(({ error }) => error === undefined)?.endpoint
}

/**
 * Whose request it is. `signed`: a hotkey's that signed it. `unproven`: it claims a hotkey that may ask, and was refused before
 * its proof; a claim is cheap, so it may be anyone's. `strangers`: all others.
 */
export type CallerKind = 'signed' | 'unproven' | 'strangers'

/** @param mayAsk whether a hotkey has a validator permit, or the operator allows it by name, and does not deny it */
export function callerKind({ hotkey, claimed, code }: LastRecord, mayAsk: (hotkey: string) => boolean): CallerKind {
  if (hotkey !== null) return 'signed'
  // A route that takes unsigned requests answers them, and no code tells of that.
  return code !== undefined && claimed !== null && mayAsk(claimed) ? 'unproven' : 'strangers'
}

/** The figures of a request that has ended. */
export type EndedFigures = {
  readonly caller: CallerKind
  readonly outcome: RequestOutcome
  /** why it was refused or failed */
  readonly code: string | undefined
  readonly ms: number
  /** absent when there was none */
  readonly firstTokenMs: number | undefined
  /** of all attempts that the request pays for */
  readonly tokens: TokenCounts
  /** undefined: without prices, or without an answer */
  readonly cost: EndedCost | undefined
}

/** What a request cost. */
export type EndedCost = {
  /** in US dollars, of the attempts whose cost is known */
  readonly usd: number
  /** attempts whose cost is not known; above 0, `usd` is a part of the cost */
  readonly unknown: number
}

type About = Pick<EndedFigures, 'caller' | 'outcome' | 'cost'>

export function figuresOf(record: LastRecord, about: About): EndedFigures {
  const { code, ms, times } = record
  const counts = (paidAttempts(record) ?? []).map(({ usage }) => tokenCounts(usage))
  const tokens = counts.reduce(sumOfTokens, noTokens)
  return { ...about, code, ms, firstTokenMs: times.firstToken, tokens }
}
