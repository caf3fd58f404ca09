import type { moneyCodes } from './money-codes.js'

/** Why a budget cannot be kept. Codes are API. */
export type MoneyErrorCode = keyof typeof moneyCodes

export class MoneyError extends Error {
  override readonly name = 'MoneyError'
  readonly code: MoneyErrorCode
  readonly hint: string | undefined

  constructor(code: MoneyErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}
