import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.js'

/**
 * What `plugins:install` was given, with a file or folder written as npm takes it from anywhere: `file:` and the whole
 * path. oclif takes each word with a slash in it for a repository on GitHub, whoever's it is, and runs npm in the data
 * folder, from where it would look for `file:x` (@oclif/plugin-plugins `commands/plugins/install.js` parsePlugin).
 *
 * @throws {UsageError} NO_SUCH_FILE when the word can only be a path, and nothing is there
 */
export function packageSpec(word: string): string {
  const named = word.replace(/^file:(?!\/\/)/, '')
  const path = named.replace(/^~(?=\/|$)/, homedir)
  const isPath = named !== word || /^(\.{0,2}\/|~)/.test(word)
  // A bare name is the registry's, whatever folder has it here.
  const mayBePath = isPath || /^[^@].*\/|\.t(ar\.)?gz$/.test(word)
  if (mayBePath && existsSync(path)) return `file:${resolve(path)}`
  if (!isPath) return word
  const hint = 'look at the path; a package of the registry is named without one'
  throw new UsageError('NO_SUCH_FILE', `there is no file or folder ${resolve(path)}`, hint)
}

/** The folder that `plugins:link` was given; none of its flags takes a value. */
export function linkedFolder(argv: readonly string[]): string {
  return resolve(argv.find(word => !word.startsWith('-')) ?? '.')
}
