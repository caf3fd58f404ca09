import type { Head } from '../wires/wire.js'

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
  /** Aborted with a `CallerLeft` when nobody listens any more; the pipeline aborts it when the deadline is past. */
  readonly listening: AbortController
  /** The caller is proven: its connection is worth more than one that is not. */
  trust(): void
}

/** The caller closed its connection before it was answered. */
export class CallerLeft extends Error {
  override readonly name = 'CallerLeft'
}
