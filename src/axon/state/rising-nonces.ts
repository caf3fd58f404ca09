import { hash } from 'node:crypto'
import type { Proof } from '../../wires/wire.js'

/** Callers that are remembered; one more evicts the least recently seen. */
const MAX_CALLERS = 100_000

/** The last nonce of each caller, for a dialect whose nonces must rise, as for the SDK's own axon. */
export class RisingNonces {
  /** by the digest of its sequence, because callers choose the length of that */
  readonly #last = new Map<string, bigint>()

  /** Whether a nonce is above the last one of its caller; remembers it if so. */
  rises({ sequence, signedAtNs }: Pick<Proof, 'sequence' | 'signedAtNs'>): boolean {
    const caller = hash('sha256', sequence, 'base64')
    const last = this.#last.get(caller)
    if (last !== undefined && signedAtNs <= last) return false
    this.#last.delete(caller)
    this.#last.set(caller, signedAtNs)
    if (this.#last.size > MAX_CALLERS) this.#last.delete(this.#last.keys().next().value!)
    return true
  }
}
