import { join } from 'node:path'

/** Returns where the money of a hotkey on a subnet is counted. @param folder for what the miner knows after a restart */
export function moneyFolder(
  folder: string,
  { netuid, hotkey }: { readonly netuid: number; readonly hotkey: string },
): string {
  return join(folder, `money-${netuid}-${hotkey}`)
}
