import type { JsonObject } from './json/tree.js'
import type { Refusal } from './refusal.js'

/** The head of a request as received. */
export type Head = {
  readonly method: string
  /** the request target: path and query, percent-encoded as sent; without the scheme and host of an absolute form */
  readonly target: string
  /** name, value, name, value …: Node's `rawHeaders`, because Node joins repeated headers */
  readonly rawHeaders: readonly string[]
  /** the caller's address: the peer's, or what a trusted proxy tells; IPv4 without the `::ffff:` of a dual-stack socket */
  readonly address: string
  /** the peer's port */
  readonly port: number
}

/** The unverified contents of a head. */
export type Claim = {
  /** ss58 of prefix 42 in canonical form; null when absent or not such an address */
  readonly hotkey: string | null
  readonly synapse: string
  /** how long the caller waits; null when absent, zero, `nan` or `inf` */
  readonly timeoutMs: number | null
}

/** What a claim must prove. */
export type Proof = {
  /** the signed text, as UTF-8 */
  readonly text: Uint8Array
  /** 64 bytes, sr25519 */
  readonly signature: Uint8Array
  /** the claimed hotkey */
  readonly hotkey: string
  /** identifies the request; accepted once */
  readonly replayKey: string
  /** identifies one dendrite of the hotkey, whose nonces must rise if the dialect requires it */
  readonly sequence: string
  /** the nonce: nanoseconds since the epoch, but for a legacy nonce */
  readonly signedAtNs: bigint
  /** how far behind and ahead of our clock the nonce may be */
  readonly maxAgeMs: number
  readonly maxAheadMs: number
  /** how long after `signedAtNs` to remember the nonce; at least any `maxAgeMs` of this wire */
  readonly keepMs: number
  /** null: the nonce is a time */
  readonly legacy: LegacyDendrite | null
}

/** The dendrite of a legacy nonce, which counts from a boot: the store has to remember the last one of each dendrite for good. */
export type LegacyDendrite = {
  readonly hotkey: string
  /** identifies one dendrite of the hotkey, whose nonces must rise */
  readonly sequence: string
  /** when the dendrite was made, as its caller signed: nanoseconds since the epoch; 0 when unknown */
  readonly madeAtNs: bigint
}

/** Headers: names in lower case, values in printable ASCII. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** Status and headers of a reply. */
export type ReplyHead = { readonly status: number; readonly headers: HeaderList }
/** A whole reply; `body` is JSON. Node writes a text together with its head. */
export type Reply = ReplyHead & { readonly body: string }

/** What the axon reports about itself in a reply. */
export type Served = { readonly hotkey: string; readonly ip: string; readonly port: number; readonly processMs: number }

/**
 * A way of signing and framing requests. Pure functions: no I/O, no clock, no store; `open` may take several turns.
 * A request's path names its synapse; the wire does not know which synapses exist.
 */
export type Wire<C extends Claim = Claim> = {
  readonly name: string
  /** Returns whether the head belongs to this wire. */
  match(head: Head): boolean
  /** Returns the synapse that a head names; null when the target cannot name one. */
  synapse(head: Head): string | null
  /** Returns the detail of UNKNOWN_SYNAPSE for an unknown synapse. */
  unknown(name: string, known: readonly string[]): string
  /** Parses a head. @throws {Refusal} MALFORMED · NOT_FOUND when the target cannot name a synapse */
  claim(head: Head): C
  /** Returns what to verify. @throws {Refusal} NOT_VERIFIED when a part of the signature is missing or malformed */
  proof(claim: C, receiver: string): Proof
  /**
   * Parses the body and checks it against the signed hash.
   * @param versions the hashed fields of each supported version of the protocol; null: the request is unsigned
   * @throws {Refusal} MALFORMED · HASH_MISMATCH
   */
  open(claim: C, raw: Uint8Array, versions: readonly (readonly HashField[])[] | null): Promise<JsonObject>
  /** Encodes a whole answer: the request's own fields, overridden by those of `patch`. */
  reply(claim: C, tree: JsonObject, patch: Readonly<Record<string, unknown>>, served: Served): Reply
  /** Returns the head of a streamed answer, whose pieces follow unframed. */
  stream(claim: C, served: Served): ReplyHead
  /**
   * Encodes a refusal. `claim` is null when the head could not be parsed; empty or 0 values of `served` are omitted.
   */
  refuse(claim: C | null, refusal: Refusal, served: Served): Reply
}

/**
 * A field that the SDK hashes, with the parts of its declared type that the JSON does not show. `as: 'float'`: an
 * integer token hashes as a float. `absent`: the JSON text to hash when the key is missing, which is the field's
 * default. `keys`: the field order of a nested model. `enum`: the class of a member of an Enum, of a list of them, or of the
 * values of a dict. `enums`: the same for the keys of a nested model, at any depth.
 */
export type HashField =
  | string
  | {
      readonly name: string
      readonly as?: 'float'
      readonly absent?: string
      readonly keys?: readonly string[]
      readonly enum?: PythonEnum
      readonly enums?: Readonly<Record<string, PythonEnum>>
    }

/**
 * A Python Enum. JSON holds the value of a member, and Python hashes its name: `Role.SYSTEM` of
 * `class Role(str, Enum): SYSTEM = "system"`. Inside a list or a model it prints `<Role.SYSTEM: 'system'>`.
 */
export type PythonEnum = {
  /** of the class, without its module */
  readonly name: string
  /** the members in their order, each name with its value */
  readonly members: Readonly<Record<string, string | number>>
  /** `value`: `str()` of a member is its value, as for `StrEnum`, and for `IntEnum` since Python 3.11 */
  readonly str?: 'value'
}
