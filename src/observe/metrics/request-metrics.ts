import type { RequestOutcome } from '../../admin/api.js'
import type { Attempt } from '../../plugin/miner.js'
import { type PaidAttempt, paidAttempts } from '../../plugin/run/paid-attempts.js'
import { attemptsOf, callerKind, type LastRecord, onEnded } from '../ended-request.js'
import type { MoneySource } from '../sources.js'
import { tokenCounts } from '../token-counts.js'
import type { Durations } from './durations.js'
import { codeOnly, knownOnly, type LabelledSums, OTHER } from './label-sets.js'
import type { MetricMaker } from './metric-maker.js'

/** Which values of labels have series of their own. */
export type KnownLabels = {
  readonly synapses: readonly string[]
  readonly models: readonly string[]
  readonly endpoints: readonly string[]
  /** of proven callers */
  readonly hasRow: (hotkey: string) => boolean
}

type Options = {
  /** the id of the axon */
  readonly axon: string
  readonly hotkey: string
  readonly known: KnownLabels
  /** whether a hotkey has a validator permit, or is allowed by name */
  readonly mayAsk: (hotkey: string) => boolean
  /** absent without prices */
  readonly costsOf?: MoneySource['costsOf'] | undefined
  readonly make: MetricMaker
  readonly onError: (error: unknown) => void
}

/** Synapses with histograms of their own, each of which has 18 series. */
const MAX_SYNAPSES = 50

/** Counts requests for Prometheus. */
export class RequestMetrics implements Disposable {
  readonly #known: { readonly [Name in 'synapse' | 'model' | 'endpoint' | 'hotkey']: (value: string) => string }
  readonly #costsOf: Options['costsOf']
  readonly #mayAsk: Options['mayAsk']
  readonly #requests: LabelledSums
  readonly #cuts: LabelledSums
  readonly #unproven: LabelledSums
  readonly #strangers: LabelledSums
  readonly #callers: LabelledSums
  readonly #tokens: LabelledSums
  readonly #attempts: LabelledSums
  readonly #costs: LabelledSums | undefined
  readonly #duration: Durations
  readonly #firstToken: Durations
  readonly #wait: Durations
  readonly #feed: Disposable

  constructor({ axon, hotkey, known, mayAsk, costsOf, make, onError }: Options) {
    const { hasRow, synapses, models, endpoints } = known
    this.#known = {
      synapse: knownOnly(synapses.slice(0, MAX_SYNAPSES)),
      model: knownOnly(models),
      endpoint: knownOnly(endpoints),
      hotkey: one => (hasRow(one) ? one : OTHER),
    }
    this.#costsOf = costsOf
    this.#mayAsk = mayAsk
    this.#requests = make.counter({
      name: 'miner_requests_total',
      help: 'Requests that ended, by how: answered, refused, failed or cancelled; and by the code of the refusal',
      labels: ['outcome', 'code', 'synapse'],
    })
    this.#cuts = make.counter({
      name: 'miner_cut_answers_total',
      help: 'Answers that were sent in part: by is deadline, or error when the model broke off. They count as answered, too',
      labels: ['by'],
    })
    this.#unproven = make.counter({
      name: 'miner_unproven_requests_total',
      help: 'Requests that name a hotkey that may ask, and were refused before their proof, by the code of the refusal',
      labels: ['code'],
    })
    this.#strangers = make.counter({
      name: 'miner_strangers_total',
      help: 'Other requests that no hotkey signed, by the code of the refusal',
      labels: ['code'],
    })
    this.#callers = make.counter({
      name: 'miner_caller_requests_total',
      help: 'Requests that a hotkey signed, by how they ended',
      labels: ['hotkey', 'outcome'],
    })
    this.#tokens = make.counter({
      name: 'miner_tokens_total',
      help: "Tokens of all attempts, as the models' servers reported them: prompt, cached (of prompt), completion, reasoning (of completion)",
      labels: ['kind', 'model'],
    })
    this.#attempts = make.counter({
      name: 'miner_attempts_total',
      help: 'Attempts at an answer that requests pay for; error is empty when the attempt succeeded',
      labels: ['endpoint', 'model', 'error'],
    })
    this.#costs =
      costsOf &&
      make.counter({
        name: 'miner_cost_usd_total',
        help: 'What attempts cost, those that failed too, where that is known',
        labels: ['model'],
      })
    const label = 'synapse'
    this.#duration = make.histogram({
      name: 'miner_answer_duration_seconds',
      help: 'From the arrival of a request to the end of its answer',
      label,
    })
    this.#firstToken = make.histogram({
      name: 'miner_first_token_seconds',
      help: "From the arrival of a request that was answered to the model's first token",
      label,
    })
    this.#wait = make.histogram({
      name: 'miner_queue_wait_seconds',
      help: 'From the proof of a signature to a place, of requests that got one',
      label,
    })
    this.#feed = onEnded({ axon, hotkey, onError }, (record, outcome) => this.#add(record, outcome))
  }

  [Symbol.dispose](): void {
    this.#feed[Symbol.dispose]()
  }

  #add(record: LastRecord, outcome: RequestOutcome): void {
    const { hotkey, ms, code = '' } = record
    const { verified, placed, firstToken } = record.times
    const synapse = this.#known.synapse(record.synapse)
    this.#requests.add([outcome, code, synapse], 1)
    if (hotkey !== null) this.#callers.add([this.#known.hotkey(hotkey), outcome], 1)
    else if (callerKind(record, this.#mayAsk) === 'unproven') this.#unproven.add([code], 1)
    else this.#strangers.add([code], 1)
    if (placed !== undefined && verified !== undefined) this.#wait.add(synapse, placed - verified)
    if (outcome === 'answered') {
      if (record.cut) this.#cuts.add([record.cut.by === 'deadline' ? 'deadline' : 'error'], 1)
      this.#duration.add(synapse, ms)
      if (firstToken !== undefined) this.#firstToken.add(synapse, firstToken)
    }
    for (const attempt of attemptsOf(record)) if (!attempt.isShared) this.#addAttempt(attempt)
    for (const attempt of paidAttempts(record) ?? []) this.#addTokens(attempt)
    for (const { model, usd } of this.#costsOf?.(record) ?? [])
      if (usd !== null) this.#costs?.add([this.#known.model(model)], usd)
  }

  #addAttempt({ endpoint, model, error = '' }: Attempt): void {
    this.#attempts.add([this.#known.endpoint(endpoint), this.#known.model(model), codeOnly(error)], 1)
  }

  #addTokens({ model, usage }: PaidAttempt): void {
    if (!usage) return
    for (const [kind, count] of Object.entries(tokenCounts(usage)))
      this.#tokens.add([kind, this.#known.model(model)], count)
  }
}
