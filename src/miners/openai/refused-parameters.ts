import type { Log } from '../../plugin/log.js'
import type { ModelEndpoint } from './target.js'

/** Which parameters the models of which endpoints refuse, as they have shown. It forgets when the program ends. */
export class RefusedParameters {
  readonly #log: Log
  readonly #known = new Map<string, Set<string>>()

  constructor(log: Log) {
    this.#log = log
  }

  of(endpoint: ModelEndpoint): ReadonlySet<string> {
    return this.#at(endpoint)
  }

  /** Logs what is new. */
  learn(endpoint: ModelEndpoint, parameters: Iterable<string>): void {
    const known = this.#at(endpoint)
    for (const parameter of parameters) {
      if (known.has(parameter)) continue
      known.add(parameter)
      const { name, config } = endpoint
      this.#log.warn(
        { event: 'parameterLearned', endpoint: name, model: config.model, parameter },
        `${config.model} at ${name} refuses ${parameter}: it is not sent there any more`,
      )
    }
  }

  #at({ name, config }: ModelEndpoint): Set<string> {
    const id = `${name} ${config.model}`
    const known = this.#known.get(id) ?? new Set()
    this.#known.set(id, known)
    return known
  }
}
