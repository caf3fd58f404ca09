import type { Policy, PolicySource } from '../../plugin/policy.js'

/** The policy that is in force, which can be replaced as a whole while the axon serves. */
export class CurrentPolicy implements PolicySource {
  readonly #subscribers = new Set<(policy: Policy) => void>()
  #current: Policy

  constructor(policy: Policy) {
    this.#current = Object.freeze(policy)
  }

  get current(): Policy {
    return this.#current
  }

  replace(policy: Policy): void {
    this.#current = Object.freeze(policy)
    for (const onReplaced of this.#subscribers) onReplaced(policy)
  }

  subscribe(onReplaced: (policy: Policy) => void): () => void {
    this.#subscribers.add(onReplaced)
    return () => void this.#subscribers.delete(onReplaced)
  }
}
