/** Why opening a hotkey failed. Codes are API: add freely, rename with a major version. */
export type WalletErrorCode =
  | 'WALLET_NAME_INVALID'
  | 'HOTKEY_NOT_FOUND'
  | 'KEYFILE_UNREADABLE'
  | 'KEYFILE_NOT_A_FILE'
  | 'KEYFILE_TOO_LARGE'
  | 'KEYFILE_MALFORMED'
  | 'KEYFILE_PUBLIC_ONLY'
  | 'KEYFILE_MISMATCH'
  | 'KEYFILE_CRYPTO_UNSUPPORTED'
  | 'KEYFILE_ENCRYPTION_UNSUPPORTED'
  | 'KEYFILE_LOCKED'
  | 'KEYFILE_PASSWORD_MALFORMED'
  | 'KEYFILE_PASSWORD_WRONG'
  | 'KEYFILE_PASSWORD_ABORTED'
  | 'KEYFILE_DECRYPT_FAILED'

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
