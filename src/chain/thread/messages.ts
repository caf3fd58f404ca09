import type { Announcement, ChainEvent } from '../chain.js'
import type { PlainError } from './plain-error.js'

/** A call of `Chain` without what cannot cross to the thread: the signal, and all of the signer but its public key. */
export type ChainCall =
  | { readonly method: 'connection' | 'head' }
  | { readonly method: 'subnet' | 'metagraph'; readonly netuid: number }
  | { readonly method: 'economy'; readonly netuid: number; readonly uid: number }
  | { readonly method: 'registration'; readonly netuid: number; readonly hotkey: string }
  | { readonly method: 'announce'; readonly announcement: Announcement; readonly publicKey: Uint8Array }

/** A message to the thread. */
export type ChainTask =
  | { readonly task: 'call'; readonly id: number; readonly call: ChainCall }
  | { readonly task: 'abort'; readonly id: number }
  /** the answer to `sign`, with its number */
  | { readonly task: 'signed'; readonly number: number; readonly signature: Uint8Array }
  /** the answer to `sign` when the bytes must not be signed */
  | { readonly task: 'unsigned'; readonly number: number; readonly error: PlainError }
  | { readonly task: 'ping' }
  /** closes the connection and ends the thread */
  | { readonly task: 'close' }

/** A message from the thread. */
export type ChainReport =
  | { readonly report: 'result'; readonly id: number; readonly result: unknown }
  | { readonly report: 'error'; readonly id: number; readonly error: PlainError }
  /** asks for a signature of the call `id` */
  | { readonly report: 'sign'; readonly id: number; readonly number: number; readonly text: Uint8Array }
  | { readonly report: 'event'; readonly event: ChainEvent }
  /** the answer to `ping` */
  | { readonly report: 'alive' }
