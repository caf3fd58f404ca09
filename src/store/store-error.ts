import type { storeCodes } from './store-codes.js'

/** Why the store of spent nonces cannot be opened. Codes are API. */
export type StoreErrorCode = keyof typeof storeCodes

export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode
  readonly hint: string | undefined

  constructor(code: StoreErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}
