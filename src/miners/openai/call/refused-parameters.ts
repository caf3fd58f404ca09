import type { Log } from '../../../plugin/log.js'
import { upstreamOf } from '../errors/upstream.js'
import type { ModelEndpoint } from '../settings/endpoints.js'

/** The parameters that each model of each endpoint has refused since the program started. */
export class RefusedParameters {
  readonly #log: Log
  /** names of endpoints */
  readonly #accepting = new Set<string>()
  readonly #known = new Map<string, ReadonlySet<string>>()

  constructor(log: Log) {
    this.#log = log
  }

  /** Returns the names of the parameters that this endpoint refuses for its model. */
  of(endpoint: ModelEndpoint): ReadonlySet<string> {
    return this.#known.get(idOf(endpoint)) ?? new Set()
  }

  /** Whether the endpoint has accepted a request for any model. */
  hasAccepted({ name }: ModelEndpoint): boolean {
    return this.#accepting.has(name)
  }

  /** Remembers that the endpoint accepts a request without these parameters, and logs the new ones. */
  learn(endpoint: ModelEndpoint, parameters: Iterable<string>): void {
    this.#accepting.add(endpoint.name)
    const known = this.of(endpoint)
    const added = [...parameters].filter(parameter => !known.has(parameter))
    if (added.length === 0) return
    this.#known.set(idOf(endpoint), new Set([...known, ...added]))
    // Bounded, because a question may name any model, and some servers accept every name.
    if (this.#known.size > maxModels) this.#known.delete(this.#known.keys().next().value!)
    const { name } = endpoint
    const { model } = upstreamOf(endpoint)
    for (const parameter of added)
      this.#log[isUnasked(endpoint, parameter) ? 'info' : 'warn'](
        { event: 'parameterLearned', endpoint: name, model, parameter },
        `${model} at ${name} refuses ${parameter}, so it is no longer sent there`,
      )
  }
}

const maxModels = 100

/** Whether the miner sends a parameter by itself, so that the operator has nothing to mend where it is refused. */
export function isUnasked({ config: { extra } }: ModelEndpoint, parameter: string): boolean {
  return parameter === 'stream_options' && extra?.[parameter] === undefined
}

function idOf(endpoint: ModelEndpoint): string {
  return `${endpoint.name} ${upstreamOf(endpoint).model}`
}
