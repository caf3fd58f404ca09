/** Dendrites that are remembered; one more evicts the least recently seen. */
const MAX_SEQUENCES = 100_000

/** The last nonce of each dendrite, for a dialect whose nonces must rise, as for the SDK's own axon. */
export class RisingNonces {
  readonly #last = new Map<string, bigint>()

  /** Returns whether a nonce lies at or below the last one of its sequence that is remembered. */
  has(sequence: string, signedAtNs: bigint): boolean {
    const last = this.#last.get(sequence)
    return last !== undefined && signedAtNs <= last
  }

  /** Whether a nonce is above the last one of its sequence, a digest; remembers it if so. */
  rises(sequence: string, signedAtNs: bigint): boolean {
    if (this.has(sequence, signedAtNs)) return false
    this.#last.delete(sequence)
    this.#last.set(sequence, signedAtNs)
    if (this.#last.size > MAX_SEQUENCES) this.#last.delete(this.#last.keys().next().value!)
    return true
  }
}
