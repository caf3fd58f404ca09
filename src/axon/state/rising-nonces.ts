import { hash } from 'node:crypto'
import type { Proof } from '../../wires/wire.js'

/** Callers that are remembered; whoever comes beyond makes the one forgotten that came longest ago. */
const MAX_CALLERS = 100_000

/** The last nonce of each caller, where a dialect wants them to go up, as the SDK's own axon does. */
export class RisingNonces {
  /** by the digest of its sequence, because callers choose how long that is */
  readonly #last = new Map<string, bigint>()

  /** Is it above the last one of its caller? Then it is the last one. */
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
