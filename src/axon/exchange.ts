import type { Head, ReplyHead } from '../wires/wire.js'
import type { BodyPart } from './state/body-budget.js'
import type { Holder } from './state/shares.js'

/** A body that was read, and what it takes of the budget of all bodies, until that part is disposed. It is pinned. */
export type HeldBody = { readonly bytes: Uint8Array; readonly part: BodyPart }

/** One request as the server hands it to the pipeline, before its body is read. */
export type Exchange = {
  readonly head: Head
  /** epoch milliseconds */
  readonly arrivedAt: number
  /** the address that the caller reached */
  readonly local: { readonly ip: string; readonly port: number }
  /**
   * Reads the body, which counts for the hotkey that `prove` named. While its part of the budget is not pinned, the request may
   * be aborted with BODIES_FULL, which is what `cancellation` aborts with then.
   * @throws {Refusal} BODY_TOO_LARGE when it has more bytes than `limit` · BODY_TIMEOUT · BODIES_FULL
   */
  body(limit: number): Promise<HeldBody>
  /**
   * Aborts with a `ClientDisconnected` when the caller disconnects; the pipeline aborts it when the deadline passes, and
   * when it is done.
   */
  readonly cancellation: AbortController
  /** Begins a streamed reply. One that does not end in order is cut off: the connection closes without its end. */
  stream(head: ReplyHead): ReplyStream
  /** what the caller counts for until it is proven */
  readonly network: Holder
  /** The caller is proven, and registered or allowed: while the request is open, its connection counts for the hotkey. */
  prove(hotkey: string): void
  /** Whether the hotkey has proven itself on this connection, which still counts for it, from the caller's address. */
  hasProven(hotkey: string): boolean
  /** The question of a proven caller is accepted: its connection counts for the hotkey for some time after it, too. */
  trust(): void
}

/** A reply that is written in pieces. */
export type ReplyStream = {
  /** how many pieces are written */
  readonly pieces: number
  /**
   * Resolves when the system has taken the piece.
   *
   * @throws the signal's reason · {ClientDisconnected}
   */
  write(piece: Uint8Array): Promise<void>
  /** Ends it in order. @throws as `write` */
  end(): Promise<void>
}

/** The connection closed before the answer was written: the caller closed it, or the axon while it shut down. */
export class ClientDisconnected extends Error {
  override readonly name = 'ClientDisconnected'
}
