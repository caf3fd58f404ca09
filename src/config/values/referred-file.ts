import { resolve } from 'node:path'
import { expandHome } from '../read-bounded.js'

const CREDENTIALS = '$CREDENTIALS_DIRECTORY/'

/** Where the path of a `file:PATH` leads. */
export type ReferredFile =
  | { readonly file: string }
  /** one of the credentials that systemd gives a unit, in the folder that `$CREDENTIALS_DIRECTORY` names there */
  | { readonly credential: string }

/**
 * Returns the file that `file:PATH` names. `$CREDENTIALS_DIRECTORY/` at its start is the only variable that counts: it is
 * always written out, so no reference changes its meaning in a unit that has a credential of the same name.
 *
 * @param reference with its `file:`
 * @param folder the base of a relative path; `~` is the user's home
 */
export function referredFile(reference: string, folder: string): ReferredFile {
  const path = reference.slice('file:'.length)
  if (path.startsWith(CREDENTIALS)) return { credential: path.slice(CREDENTIALS.length) }
  return { file: resolve(folder, expandHome(path)) }
}

/** Returns the reference to a credential. */
export function credentialReference(name: string): string {
  return `file:${CREDENTIALS}${name}`
}
