import type { RequestLogErrorCode } from '../request-log-error.js'
import type { WriterOptions } from './request-writer.js'

/** What a thread of the request log is for: to write a file, or to read one. */
export type DatabaseThreadData =
  | ({ readonly use: 'write' } & WriterOptions)
  | { readonly use: 'read'; readonly path: string }

/** A call of a method in the thread. */
export type DatabaseCall = { readonly id: number; readonly method: string; readonly args: readonly unknown[] }

/** The answer to a call. */
export type DatabaseReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: DatabaseFailure }

/** An error as it crosses from the thread. `code` is null for one that is not of the request log. */
export type DatabaseFailure = {
  readonly code: RequestLogErrorCode | null
  readonly message: string
  readonly hint: string | undefined
}
