import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { WalletError } from './wallet-error.js'

/** The path and names of a hotkey, from the settings. */
export type HotkeyName = {
  /** the wallets' folder; `~` is the home directory */
  readonly path: string
  /** the wallet */
  readonly name: string
  readonly hotkey: string
}

/**
 * Returns the path of a hotkey's file: `<path>/<name>/hotkeys/<hotkey>`. Joins the parts as btwallet does, without
 * normalising them, because the password's variable is named after this exact text.
 *
 * @throws {WalletError} WALLET_NAME_INVALID
 */
export function hotkeyFile({ path, name, hotkey }: HotkeyName): string {
  for (const part of [name, hotkey]) {
    if (/^\.{0,2}$|[/\\\0]/.test(part)) {
      throw new WalletError('WALLET_NAME_INVALID', `a wallet or hotkey cannot be called ${JSON.stringify(part)}`, {
        hint: 'give only the name, and the wallets folder with --wallet-path',
      })
    }
  }
  return `${walletFolder(path)}${name}/hotkeys/${hotkey}`
}

/** Returns the wallets' folder with `~` expanded and a trailing slash. */
export function walletFolder(path: string): string {
  const expanded = path.replace(/^~(?=\/|$)/, () => homedir())
  return expanded.endsWith('/') ? expanded : `${expanded}/`
}

/**
 * Lists the existing hotkeys as `wallet/hotkey`, sorted.
 *
 * @param path the wallets' folder; an unreadable folder counts as empty
 * @param most how many are listed; by default as many as an error can name
 */
export async function listHotkeys(path: string, most = 20): Promise<string[]> {
  const folder = walletFolder(path)
  const found: string[] = []
  for (const wallet of await entries(folder)) {
    for (const hotkey of await entries(`${folder}${wallet}/hotkeys`)) {
      if (hotkey.endsWith('pub.txt')) continue // a hotkey's public half, in a file beside it
      found.push(`${wallet}/${hotkey}`)
      if (found.length === most) return found
    }
  }
  return found
}

async function entries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch {
    return [] // the list only enriches an error message, so a failure here must not replace that error
  }
}
