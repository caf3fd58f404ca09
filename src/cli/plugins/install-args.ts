import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.js'

/**
 * Rewrites a file or folder given to `plugins:install` as `file:` and its absolute path, which npm finds from anywhere.
 * oclif takes each word with a slash in it for a repository on GitHub, and runs npm in the data folder, from where it would
 * look for `file:x` (@oclif/plugin-plugins `commands/plugins/install.js` parsePlugin).
 *
 * @throws {UsageError} NO_SUCH_FILE when the word can only be a path, and the path does not exist
 */
export function packageSpec(word: string): string {
  const named = word.replace(/^file:(?!\/\/)/, '')
  const path = named.replace(/^~(?=\/|$)/, homedir)
  const isPath = named !== word || /^(\.{0,2}\/|~)/.test(word)
  // A bare name is a package of the registry, even if a folder here has that name.
  const mayBePath = isPath || /^[^@].*\/|\.t(ar\.)?gz$/.test(word)
  if (mayBePath && existsSync(path)) return `file:${resolve(path)}`
  if (!isPath) return word
  const hint = 'check the path; to install from the registry, give only the package name'
  throw new UsageError('NO_SUCH_FILE', `there is no file or folder ${resolve(path)}`, hint)
}

/** Returns the folder given to `plugins:link`; none of its flags takes a value. */
export function linkedFolder(argv: readonly string[]): string {
  return resolve(argv.find(word => !word.startsWith('-')) ?? '.')
}
