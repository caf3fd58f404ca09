import type { JsonObject } from './json/tree.js'
import type { Refusal } from './refusal.js'

/** The head of a request as it came. */
export type Head = {
  readonly method: string
  /** the request target: path and query, percent-encoded as sent */
  readonly target: string
  /** name, value, name, value …: Node's `rawHeaders`, because Node joins headers that come twice */
  readonly rawHeaders: readonly string[]
  /** the peer's address; IPv4 without the `::ffff:` of a dual-stack socket */
  readonly address: string
  /** the peer's port */
  readonly port: number
}

/** What a head says of itself. Nothing of it is believed yet. */
export type Claim = {
  /** ss58 of prefix 42 in canonical form; null when absent or no such address */
  readonly hotkey: string | null
  readonly synapse: string
  /** how long the caller will wait; null when absent, zero, `nan` or `inf` */
  readonly timeoutMs: number | null
}

/** What has to be true for a claim to be proven. */
export type Proof = {
  /** UTF-8 of the signed text */
  readonly text: Uint8Array
  /** 64 bytes, sr25519 */
  readonly signature: Uint8Array
  /** the claimed hotkey */
  readonly hotkey: string
  /** what may be spent once */
  readonly replayKey: string
  /** whose nonces go up, where a dialect wants that: one of a hotkey's dendrites */
  readonly sequence: string
  /** the nonce: nanoseconds since the epoch */
  readonly signedAtNs: bigint
  /** how old and how far ahead of our clock the nonce may be */
  readonly maxAgeMs: number
  readonly maxAheadMs: number
  /** how long after `signedAtNs` the nonce must be remembered; at least any `maxAgeMs` this wire gives */
  readonly keepMs: number
}

/** Names in lower case; values printable ASCII. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

export type ReplyHead = { readonly status: number; readonly headers: HeaderList }
export type Reply = ReplyHead & { readonly body: Uint8Array }

/** What the axon says of itself in a reply. */
export type Served = { readonly hotkey: string; readonly ip: string; readonly port: number; readonly processMs: number }

/**
 * A way of signing and framing a request. Values in, values out: no I/O, no clock, no store.
 * The synapse of a request is named by its path; which synapses there are, the wire does not know.
 */
export type Wire<C extends Claim = Claim> = {
  readonly name: string
  /** Is this head of this wire? */
  match(head: Head): boolean
  /** The synapse that a head names; null when it names none that could be there. */
  synapse(head: Head): string | null
  /** What to say of a synapse that is not known, given those that are: the detail of UNKNOWN_SYNAPSE. */
  unknown(name: string, known: readonly string[]): string
  /** @throws {Refusal} MALFORMED · NOT_FOUND when it names no synapse */
  claim(head: Head): C
  /** @throws {Refusal} NOT_VERIFIED when something that is needed to check the signature is missing or malformed */
  proof(claim: C, receiver: string): Proof
  /**
   * Reads the body and holds it against the hash that was signed.
   * @param versions the hashed fields of each version of the protocol that is answered; null: nothing was signed
   * @throws {Refusal} MALFORMED · HASH_MISMATCH
   */
  open(claim: C, raw: Uint8Array, versions: readonly (readonly HashField[])[] | null): JsonObject
  /** The whole answer: the request's own fields with those of `patch` over them. */
  reply(claim: C, tree: JsonObject, patch: Readonly<Record<string, unknown>>, served: Served): Reply
  /** The head of an answer that is streamed: its pieces follow as they are, without frames. */
  stream(claim: C, served: Served): ReplyHead
  /** `claim` is null when the head did not even make one; what is empty or 0 in `served` is left out. */
  refuse(claim: C | null, refusal: Refusal, served: Served): Reply
}

/**
 * A field that the SDK hashes, with what a hash needs to know of its declared type where the JSON does not tell:
 * `as: 'float'` an integer token hashes as a float; `absent` the JSON text hashed when the key is missing (the
 * field's default); `keys` the field order of a nested model.
 */
export type HashField =
  | string
  | { readonly name: string; readonly as?: 'float'; readonly absent?: string; readonly keys?: readonly string[] }
