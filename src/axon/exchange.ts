import type { Head, ReplyHead } from '../wires/wire.js'

/** One request as the server hands it to the pipeline; the body is still on its way. */
export type Exchange = {
  readonly head: Head
  /** epoch milliseconds */
  readonly arrivedAt: number
  /** where the caller reached us */
  readonly local: { readonly ip: string; readonly port: number }
  /**
   * Reads the body.
   * @throws {Refusal} BODY_TOO_LARGE when it has more bytes than `limit`
   */
  body(limit: number): Promise<Uint8Array>
  /**
   * Aborted with a `CallerLeft` when nobody listens any more; the pipeline aborts it when the deadline is past, and
   * when it is done.
   */
  readonly cancellation: AbortController
  /** Begins a reply of pieces. One that is not ended in order is cut: the connection is closed without its end. */
  stream(head: ReplyHead): ReplyStream
  /** The caller is proven, and one whom the rules let in: its connection is worth more than that of a stranger. */
  trust(): void
}

/** A reply that is written piece by piece. */
export type ReplyStream = {
  /** how many are written */
  readonly pieces: number
  /**
   * Resolves when the system has taken the piece, and another may follow.
   *
   * @throws the signal's reason · {CallerLeft}
   */
  write(piece: Uint8Array): Promise<void>
  /** Ends it in order. @throws as `write` */
  end(): Promise<void>
}

/** The caller closed its connection before it was answered. */
export class ClientDisconnected extends Error {
  override readonly name = 'CallerLeft'
}
