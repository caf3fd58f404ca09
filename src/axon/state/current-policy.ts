import type { Policy, PolicySource } from '../../plugin/policy.js'

/** The policy that is in force, which can be replaced as a whole while the axon serves. */
export class CurrentPolicy implements PolicySource {
  readonly #subscribers = new Set<(policy: Policy) => void>()
  readonly #onError: (error: unknown) => void
  #current: Policy

  /** @param options.onError receives what a subscriber throws, which keeps no other one from the new policy */
  constructor(policy: Policy, { onError = raise }: { readonly onError?: ((error: unknown) => void) | undefined } = {}) {
    this.#current = Object.freeze(policy)
    this.#onError = onError
  }

  get current(): Policy {
    return this.#current
  }

  replace(policy: Policy): void {
    this.#current = Object.freeze(policy)
    for (const onReplaced of this.#subscribers) {
      try {
        onReplaced(policy)
      } catch (error) {
        this.#onError(error)
      }
    }
  }

  subscribe(onReplaced: (policy: Policy) => void): () => void {
    this.#subscribers.add(onReplaced)
    return () => void this.#subscribers.delete(onReplaced)
  }
}

function raise(error: unknown): never {
  throw error
}
