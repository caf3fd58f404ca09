import { type HotkeyName, hotkeyFile } from '../../wallet/hotkey-files.js'
import { readAddress } from '../../wallet/read-address.js'
import { readKeyfile } from '../../wallet/read-keyfile.js'
import { isSealed } from '../../wallet/sealed.js'
import { WalletError } from '../../wallet/wallet-error.js'

/** A hotkey as far as it is known without its password. */
export type FoundHotkey = {
  /** whether its file is there */
  readonly exists: boolean
  /** null: unknown without its password, or without its file */
  readonly address: string | null
  readonly isEncrypted: boolean
  /** why it cannot be used, and what mends that; null: it can */
  readonly problem: string | null
}

/**
 * Looks at a hotkey without asking for a password.
 *
 * @throws {WalletError} WALLET_NAME_INVALID
 */
export async function findHotkey(named: HotkeyName): Promise<FoundHotkey> {
  const file = hotkeyFile(named)
  try {
    const { address } = await readAddress(named)
    const keyfile = await readKeyfile(file)
    const isEncrypted = keyfile !== null && isSealed(keyfile.bytes)
    return { exists: keyfile !== null, address, isEncrypted, problem: null }
  } catch (error) {
    if (!(error instanceof WalletError)) throw error
    const problem = error.hint === undefined ? error.message : `${error.message}: ${error.hint}`
    return { exists: error.code !== 'HOTKEY_NOT_FOUND', address: null, isEncrypted: false, problem }
  }
}

/** Says what is known of a hotkey that can be used; empty: nothing. */
export function hotkeyText({ address, isEncrypted }: FoundHotkey): string {
  return [address, isEncrypted && 'encrypted'].filter(part => part).join(', ')
}
