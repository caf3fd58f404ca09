import { isDeepStrictEqual } from 'node:util'
import type { ParsedRequest } from './oracle/http.ts'
import { valuesOf } from './oracle/http.ts'
import { judge, type Verdict } from './oracle/oracle.ts'
import type { Python } from './oracle/python.ts'
import type { AskedQuestion } from './target/messages.ts'

/** A request that was sent. */
export type Entry = {
  readonly dialect: string
  readonly request: ParsedRequest
  /** the oracle's, once it is asked */
  readonly verdict: () => Promise<Verdict>
  /** on how many connections it was sent */
  readonly times: number
  /** how many questions it has asked */
  asked: number
}

/** How long after its case a request may still ask: of a caller that has disconnected, a busy axon reads it much later. */
const LATE_MS = 80_000

/** All requests that were sent, against which each question of a miner is held. */
export class Ledger {
  readonly #python: Python
  readonly #sent = new Set<Entry>()
  readonly #accepted = new Set<string>()

  constructor(python: Python) {
    this.#python = python
  }

  /** Adds the requests of a case, before it is written on `times` connections. */
  add(dialect: string, requests: readonly ParsedRequest[], times: number): Entry[] {
    const entries = requests.map(request => this.#entry(dialect, request, times))
    for (const entry of entries) this.#sent.add(entry)
    return entries
  }

  /**
   * Forgets the requests of a case that has ended, and of all that ran beside it, a little later: what a miner is asked comes
   * by another way, and of two requests that ask the same, either may take the other's turn.
   */
  forget(entries: readonly Entry[]): void {
    setTimeout(() => {
      for (const entry of entries) this.#sent.delete(entry)
    }, LATE_MS).unref()
  }

  /** Takes a 200 for a proof. @returns whether it is the first one */
  accept(proof: string): boolean {
    const isFirst = !this.#accepted.has(proof)
    this.#accepted.add(proof)
    return isFirst
  }

  /** Returns whether a request that was sent may ask this, and takes it from what that may ask. */
  async mayAsk(question: AskedQuestion): Promise<boolean> {
    const atMs = Date.now()
    // The set itself, not a copy: a later question may take the turn of this one, whose own is then an entry that came meanwhile.
    for (const entry of this.#sent) {
      if (entry.dialect !== question.dialect) continue
      if (question.caller !== null && !valuesOf(entry.request.headers, HOTKEY).includes(question.caller)) continue
      const { refuse, caller, question: asks, proof, notBeforeMs } = await entry.verdict()
      if (refuse !== null) this.#sent.delete(entry)
      // A proof counts once, on whichever connection; what nobody signs may be asked on each.
      const most = proof === null ? entry.times : 1
      const isAccepted = refuse === null && notBeforeMs <= atMs
      if (isAccepted && entry.asked < most && caller === question.caller && isSame(question, asks)) {
        entry.asked++
        return true
      }
    }
    return false
  }

  #entry(dialect: string, request: ParsedRequest, times: number): Entry {
    const sentAtMs = Date.now()
    let verdict: Promise<Verdict> | undefined
    const entry: Entry = {
      dialect,
      request,
      verdict: () => (verdict ??= judge(request, { dialect, python: this.#python, sentAtMs })),
      times,
      asked: 0,
    }
    return entry
  }
}

const HOTKEY = 'bt_header_dendrite_hotkey'

/** Whether a question is what the oracle read from the body. */
function isSame({ messages, model, maxTokens, logprobs }: AskedQuestion, asks: unknown): boolean {
  if (asks === null) return false
  if (asks === true) return true
  const { content, ...expected } = asks as { readonly content?: unknown }
  // The dialect of the fuzzer writes its question with JSON.stringify, which turns -0 into 0 and NaN into null.
  if (content !== undefined) return isDeepStrictEqual(jsonIn(messages[0]?.[1] ?? ''), jsonIn(JSON.stringify(content)))
  const asked = { messages, model, maxTokens, logprobs }
  return isDeepStrictEqual({ ...asked, ...expected }, asked)
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the question of another synapse
  }
}
