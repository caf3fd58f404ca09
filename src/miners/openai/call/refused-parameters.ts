import type { Log } from '../../../plugin/log.js'
import { upstreamOf } from '../errors/upstream.js'
import type { ModelEndpoint } from '../settings/endpoints.js'

/** Which parameters the models of which endpoints refuse, as they have shown. It forgets when the program ends. */
export class RefusedParameters {
  readonly #log: Log
  readonly #known = new Map<string, ReadonlySet<string>>()

  constructor(log: Log) {
    this.#log = log
  }

  of(endpoint: ModelEndpoint): ReadonlySet<string> {
    return this.#known.get(idOf(endpoint)) ?? new Set()
  }

  /** Logs what is new. */
  learn(endpoint: ModelEndpoint, parameters: Iterable<string>): void {
    const known = this.of(endpoint)
    const news = [...parameters].filter(parameter => !known.has(parameter))
    if (news.length === 0) return
    this.#known.set(idOf(endpoint), new Set([...known, ...news]))
    // Questions may name any model, and some servers take every name for one.
    if (this.#known.size > mostModels) this.#known.delete(this.#known.keys().next().value!)
    const { name } = endpoint
    const { model } = upstreamOf(endpoint)
    for (const parameter of news)
      this.#log.warn(
        { event: 'parameterLearned', endpoint: name, model, parameter },
        `${model} at ${name} refuses ${parameter}: it is not sent there any more`,
      )
  }
}

const mostModels = 100

function idOf(endpoint: ModelEndpoint): string {
  return `${endpoint.name} ${upstreamOf(endpoint).model}`
}
