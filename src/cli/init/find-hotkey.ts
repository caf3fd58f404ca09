import type { Problem } from '../../config/problem.js'
import type { PasswordSources } from '../../wallet/find-password.js'
import { type HotkeyName, hotkeyFile } from '../../wallet/hotkey-files.js'
import { openHotkey } from '../../wallet/open-hotkey.js'
import { readAddress } from '../../wallet/read-address.js'
import { readKeyfile } from '../../wallet/read-keyfile.js'
import { isSealed } from '../../wallet/sealed.js'
import { WalletError } from '../../wallet/wallet-error.js'

/** A hotkey as far as it is known without asking for its password. */
export type FoundHotkey = {
  /** whether its file is there */
  readonly exists: boolean
  /** null: unknown without its password, or without its file */
  readonly address: string | null
  readonly isEncrypted: boolean
  /** whether `serve` has to ask for its password */
  readonly isLocked: boolean
  /** why `serve` cannot use it, in its words; null: it can */
  readonly problem:
    | (Pick<Problem, 'message' | 'hint'> & { readonly code: Problem['code'] | WalletError['code'] })
    | null
}

type Opening = Pick<PasswordSources, 'password' | 'env'> & {
  /** called when the hotkey is decrypted, which takes seconds */
  readonly decrypting?: () => Disposable
}

/**
 * Opens a hotkey as `serve` does, but without asking for a password.
 *
 * @throws {WalletError} WALLET_NAME_INVALID
 */
export async function findHotkey(named: HotkeyName, opening: Opening = {}): Promise<FoundHotkey> {
  const file = hotkeyFile(named)
  const isEncrypted = await isEncryptedFile(file)
  try {
    const { address } = await openHotkey({ ...named, ...opening, warn: () => {} })
    return { exists: true, address, isEncrypted, isLocked: false, problem: null }
  } catch (error) {
    if (!(error instanceof WalletError)) throw error
    const { code, message, hint } = error
    const isLocked = code === 'KEYFILE_LOCKED'
    const address = await publicAddress(named)
    const problem = isLocked ? null : { code, message, ...(hint !== undefined && { hint }) }
    return { exists: code !== 'HOTKEY_NOT_FOUND', address, isEncrypted, isLocked, problem }
  }
}

async function isEncryptedFile(file: string): Promise<boolean> {
  try {
    const keyfile = await readKeyfile(file)
    return keyfile !== null && isSealed(keyfile.bytes)
  } catch (error) {
    if (error instanceof WalletError) return false // opening it reports the reason
    throw error
  }
}

/** Returns the address in the public half beside a hotkey that cannot be opened; null when it has none. */
async function publicAddress(named: HotkeyName): Promise<string | null> {
  try {
    return (await readAddress(named)).address
  } catch (error) {
    if (error instanceof WalletError) return null
    throw error
  }
}

/** Says what is known of a hotkey that can be used; empty: nothing. */
export function hotkeyText({ address, isEncrypted }: FoundHotkey): string {
  return [address, isEncrypted && 'encrypted'].filter(part => part).join(', ')
}
