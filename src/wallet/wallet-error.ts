import type { walletCodes } from './wallet-codes.js'

/** Why a hotkey cannot be opened. Codes are API: add freely, rename with a major version. */
export type WalletErrorCode = keyof typeof walletCodes

/**
 * The error for a hotkey that cannot be opened. Message, hint and cause never contain the file's bytes or the password.
 */
export class WalletError extends Error {
  override readonly name = 'WalletError'
  readonly code: WalletErrorCode
  /** what the user can do about it */
  readonly hint: string

  constructor(code: WalletErrorCode, message: string, options: { hint: string; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}
