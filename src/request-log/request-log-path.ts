import { join } from 'node:path'

/** Returns the path of the request log of one hotkey on one subnet. */
export function requestLogPath(
  folder: string,
  { netuid, hotkey }: { readonly netuid: number; readonly hotkey: string },
): string {
  return join(folder, `${netuid}-${hotkey}.sqlite`)
}
