import { setTimeout as sleep } from 'node:timers/promises'
import { findingsIn } from './findings.ts'
import { Ledger } from './ledger.ts'
import { dialectOf, type Kitchen, makeBytes } from './make-bytes.ts'
import { requestsOf } from './oracle/http.ts'
import { Python } from './oracle/python.ts'
import type { Recipe } from './recipe.ts'
import type { Seed } from './seeds.ts'
import { talk } from './talk.ts'
import type { AskedQuestion } from './target/messages.ts'
import { Target } from './target/target.ts'

/** What must not happen, and the cases that may have made it happen. */
export type Finding = {
  readonly kind: 'status' | 'accepted' | 'twice' | 'asked' | 'reply' | 'hang' | 'fault'
  readonly what: string
  readonly recipes: readonly Recipe[]
}

/** A target, the oracle, and what has been sent so far. */
export class Lab implements AsyncDisposable {
  readonly findings: Finding[] = []
  /** how many replies had which status */
  readonly statuses: Record<string, number> = {}
  /** requests whose hash the oracle computes, too, and the axon refused nevertheless: a caller lost */
  readonly doubts: Recipe[] = []
  /** cases that did not end in time, once */
  readonly slow: Recipe[] = []
  readonly target: Target
  readonly #python = new Python()
  readonly #ledger = new Ledger(this.#python)
  readonly #kitchen: Kitchen
  /** of the cases that run, or have just ended */
  readonly #recent = new Set<Recipe>()
  readonly #running = new Set<Promise<void>>()
  /** for each question that the oracle has not judged yet */
  readonly #judging = new Set<Promise<void>>()

  constructor(seeds: ReadonlyMap<string, Seed>, defect?: string) {
    this.#kitchen = { seeds, python: this.#python, nonce: uniqueNonces() }
    this.target = new Target({
      onAsked: question => {
        const judging = this.#judge(question).finally(() => this.#judging.delete(judging))
        this.#judging.add(judging)
      },
      onFault: what => this.findings.push({ kind: 'fault', what, recipes: [...this.#recent] }),
      ...(defect && { defect }),
    })
  }

  /** Sends a case, and adds to `findings` what must not happen. @returns the status of each reply, in their order */
  async run(recipe: Recipe): Promise<number[]> {
    const beside = [...this.#running]
    const { promise, resolve: end } = Promise.withResolvers<void>()
    this.#running.add(promise)
    try {
      return await this.#send(recipe, { isAgain: false, beside })
    } finally {
      this.#running.delete(promise)
      end()
    }
  }

  async #judge(question: AskedQuestion): Promise<void> {
    const recipes = [...this.#recent]
    if (await this.#ledger.mayAsk(question)) return
    const what = `the miner was asked what no request may ask: ${JSON.stringify(question).slice(0, 500)}`
    this.findings.push({ kind: 'asked', what, recipes })
  }

  async #send(recipe: Recipe, how: { isAgain: boolean; beside: readonly Promise<void>[] }): Promise<number[]> {
    this.#recent.add(recipe)
    const { times = 1, writes = 1, ending = 'asked', cut = 1 } = recipe
    const dialect = dialectOf(recipe, this.#kitchen.seeds)
    const port = (await this.target.ports)[dialect]!
    const made = Buffer.concat([await makeBytes(recipe, this.#kitchen), ending === 'asked' ? GOODBYE : Buffer.alloc(0)])
    const bytes = made.subarray(0, Math.floor(cut * made.length))
    const entries = this.#ledger.add(dialect, requestsOf(bytes), times)
    // A caller that cuts its last request closes, too: nothing would end it otherwise but time.
    const talking = { writes, ending: cut < 1 && ending === 'asked' ? 'destroy' : ending, limitMs: CASE_MS } as const
    const received = await Promise.all(Array.from({ length: times }, () => talk(port, bytes, talking)))
    // A machine that is held up looks like a hang, once.
    if (received.includes(null) && !how.isAgain) {
      this.slow.push(recipe)
      return this.#send(recipe, { ...how, isAgain: true })
    }
    const seen: number[] = []
    for (const reply of received) {
      const { findings, statuses, isDoubtful } = await findingsIn(reply, entries, this.#ledger)
      for (const finding of findings) this.findings.push({ ...finding, recipes: [recipe] })
      for (const status of statuses) this.statuses[status] = (this.statuses[status] ?? 0) + 1
      if (isDoubtful) this.doubts.push(recipe)
      seen.push(...statuses)
    }
    const others = [...this.#running, ...how.beside]
    void Promise.all(others).then(() => this.#ledger.forget(entries))
    setTimeout(() => this.#recent.delete(recipe), LATE_MS).unref()
    return seen
  }

  /** Waits for what comes late: a question that a miner was asked, or an error. */
  async settle(): Promise<void> {
    await sleep(SETTLE_MS)
    await Promise.all(this.#judging)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.target[Symbol.asyncDispose]()
    await Promise.all(this.#judging)
    await this.#python[Symbol.asyncDispose]()
  }
}

/** Its reply is the last one, and closes the connection. */
const GOODBYE = Buffer.from('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')

/** The axon ends a connection after seconds; a busy machine may take ten times as long. */
const CASE_MS = 60_000
const LATE_MS = 2_000
const SETTLE_MS = 400

/**
 * Each nonce differs from all others, however far ahead each is: the cases share a uuid, and a nonce that is drawn again three
 * seconds later, for the axon of another dialect, would look like a request that was answered twice.
 */
function uniqueNonces(): Kitchen['nonce'] {
  let drawn = 0
  const now = (isLegacy: boolean) => (isLegacy ? UPTIME_MS + Math.floor(performance.now()) : Date.now())
  return ({ aheadMs, isLegacy }) => BigInt(now(isLegacy) + aheadMs) * NS_PER_MS + (BigInt(drawn++) % NS_PER_MS)
}

const NS_PER_MS = 1_000_000n
/** Of the machine of a caller, when the cases begin: 12 days. */
const UPTIME_MS = 1_000_000_000
