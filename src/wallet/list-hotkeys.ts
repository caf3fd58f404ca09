import { readdir } from 'node:fs/promises'
import { walletFolder } from './hotkey-files.js'

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
