import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { WalletError } from './wallet-error.js'

/** Which hotkey, as the settings name it. */
export type HotkeyName = {
  /** the folder of the wallets; `~` is the home directory */
  readonly path: string
  /** the wallet */
  readonly name: string
  readonly hotkey: string
}

/**
 * Where the file of a hotkey is: `<path>/<name>/hotkeys/<hotkey>`. Put together like btwallet does and not tidied,
 * because the name of the password's variable comes from this text.
 *
 * @throws {WalletError} WALLET_NAME_INVALID
 */
export function hotkeyFile({ path, name, hotkey }: HotkeyName): string {
  for (const part of [name, hotkey]) {
    if (/^\.{0,2}$|[/\\\0]/.test(part)) {
      throw new WalletError('WALLET_NAME_INVALID', `a wallet or hotkey cannot be called ${JSON.stringify(part)}`, {
        hint: 'give the name alone, and the folder of the wallets with --wallet-path',
      })
    }
  }
  return `${walletFolder(path)}${name}/hotkeys/${hotkey}`
}

/** The folder of the wallets, with a slash at its end. */
export function walletFolder(path: string): string {
  const expanded = path.replace(/^~(?=\/|$)/, () => homedir())
  return expanded.endsWith('/') ? expanded : `${expanded}/`
}

/**
 * Names the hotkeys there are, as `wallet/hotkey`, for one who asked for another: at most 20, in order.
 *
 * @param path the folder of the wallets; one that cannot be read has none
 */
export async function listHotkeys(path: string): Promise<string[]> {
  const folder = walletFolder(path)
  const found: string[] = []
  for (const wallet of await entries(folder)) {
    for (const hotkey of await entries(`${folder}${wallet}/hotkeys`)) {
      if (hotkey.endsWith('pub.txt')) continue // the public half, beside the hotkey
      found.push(`${wallet}/${hotkey}`)
      if (found.length === MAX) return found
    }
  }
  return found
}

const MAX = 20

async function entries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch {
    return [] // a list for an error message is not worth an error of its own
  }
}
