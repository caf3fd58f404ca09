import type { Policy, PolicySource } from '../../plugin/policy.js'
import type { Refusal } from '../../wires/refusal.js'

/** A call that waits for a place. */
type Waiting = {
  /** the policy that the call arrived under */
  readonly policy: Policy
  /** returns why a policy refuses the caller; null: it does not */
  readonly refusalBy: (policy: Policy) => Refusal | null
  /** ends the waiting */
  readonly cancellation: AbortController
}

/** The calls that wait for a place. A policy that comes into force meanwhile may refuse them; work in progress it leaves alone. */
export class WaitingCalls implements Disposable {
  readonly #waiting = new Set<Waiting>()
  readonly #source: PolicySource
  readonly #unsubscribe: () => void

  constructor(source: PolicySource) {
    this.#source = source
    this.#unsubscribe = source.subscribe(policy => {
      for (const call of this.#waiting) refuse(call, policy)
    })
  }

  /** Waits with a call: aborts its `cancellation` with the refusal when a later policy than its own refuses the caller. */
  async during<T>(call: Waiting, wait: () => Promise<T>): Promise<T> {
    // The policy may have been replaced since the request arrived.
    if (this.#source.current !== call.policy) refuse(call, this.#source.current)
    this.#waiting.add(call)
    try {
      return await wait()
    } finally {
      this.#waiting.delete(call)
    }
  }

  [Symbol.dispose](): void {
    this.#unsubscribe()
  }
}

function refuse({ refusalBy, cancellation }: Waiting, policy: Policy): void {
  const refusal = refusalBy(policy)
  if (refusal) cancellation.abort(refusal)
}
