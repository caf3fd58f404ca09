import { homedir } from 'node:os'

/** A path that begins with `~` as the shell would expand it, where none does. */
export function expandHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, () => homedir())
}
