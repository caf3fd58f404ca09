import type { RequestOutcome } from '../../admin/api.js'
import type { Attempt } from '../../plugin/miner.js'
import { attemptsOf, type LastRecord, onEnded } from '../ended-request.js'
import { tokenCounts } from '../token-counts.js'
import type { Durations } from './durations.js'
import { knownOnly, type LabelledSums, OTHER } from './label-sets.js'
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
  /** in US dollars; undefined: a price is not known */
  readonly costOf?: ((record: LastRecord) => number | undefined) | undefined
  readonly make: MetricMaker
  readonly onError: (error: unknown) => void
}

/** Synapses with histograms of their own, each of which has 18 series. */
const MAX_SYNAPSES = 50

/** Counts requests for Prometheus. */
export class RequestMetrics implements Disposable {
  readonly #known: { readonly [Name in 'synapse' | 'model' | 'endpoint' | 'hotkey']: (value: string) => string }
  readonly #costOf: Options['costOf']
  readonly #requests: LabelledSums
  readonly #cuts: LabelledSums
  readonly #strangers: LabelledSums
  readonly #callers: LabelledSums
  readonly #tokens: LabelledSums
  readonly #attempts: LabelledSums
  readonly #costs: LabelledSums | undefined
  readonly #duration: Durations
  readonly #firstToken: Durations
  readonly #wait: Durations
  readonly #feed: Disposable

  constructor({ axon, hotkey, known, costOf, make, onError }: Options) {
    const { hasRow, synapses, models, endpoints } = known
    this.#known = {
      synapse: knownOnly(synapses.slice(0, MAX_SYNAPSES)),
      model: knownOnly(models),
      endpoint: knownOnly(endpoints),
      hotkey: one => (hasRow(one) ? one : OTHER),
    }
    this.#costOf = costOf
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
    this.#strangers = make.counter({ name: 'miner_strangers_total', help: 'Requests that no hotkey signed' })
    this.#callers = make.counter({
      name: 'miner_caller_requests_total',
      help: 'Requests that a hotkey signed, by how they ended',
      labels: ['hotkey', 'outcome'],
    })
    this.#tokens = make.counter({
      name: 'miner_tokens_total',
      help: "Tokens as the models' servers reported them: prompt, cached (of prompt), completion, reasoning (of completion)",
      labels: ['kind', 'model'],
    })
    this.#attempts = make.counter({
      name: 'miner_attempts_total',
      help: 'Attempts at an answer; error is empty when the attempt succeeded',
      labels: ['endpoint', 'model', 'error'],
    })
    this.#costs =
      costOf &&
      make.counter({
        name: 'miner_cost_usd_total',
        help: 'What answers cost, where the price is known',
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
    if (hotkey === null) this.#strangers.add([], 1)
    else this.#callers.add([this.#known.hotkey(hotkey), outcome], 1)
    if (placed !== undefined && verified !== undefined) this.#wait.add(synapse, placed - verified)
    if (outcome === 'answered') {
      if (record.cut) this.#cuts.add([record.cut.by === 'deadline' ? 'deadline' : 'error'], 1)
      this.#duration.add(synapse, ms)
      if (firstToken !== undefined) this.#firstToken.add(synapse, firstToken)
    }
    const attempts = attemptsOf(record)
    for (const attempt of attempts) this.#addAttempt(attempt)
    if (record.outcome) this.#addUse(record, attempts.at(-1)?.model ?? record.outcome.model)
  }

  #addAttempt({ endpoint, model, error = '' }: Attempt): void {
    this.#attempts.add([this.#known.endpoint(endpoint), this.#known.model(model), error], 1)
  }

  #addUse(record: LastRecord, by: string): void {
    const model = this.#known.model(by)
    const { usage } = record.outcome!
    if (usage) for (const [kind, count] of Object.entries(tokenCounts(usage))) this.#tokens.add([kind, model], count)
    const usd = this.#costOf?.(record)
    if (usd !== undefined) this.#costs?.add([model], usd)
  }
}
