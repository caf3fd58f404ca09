import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.js'

/**
 * Rewrites a file or folder given to `plugins:install` as `file:` and its absolute path, because npm runs in the data
 * folder; and `owner/name` as the repository on GitHub that it stands for.
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
  if (!isPath) return /^[^@:/]+\/[^:]+$/.test(word) ? `https://github.com/${word}` : word
  const hint = 'check the path; to install from the registry, give only the package name'
  throw new UsageError('NO_SUCH_FILE', `there is no file or folder ${resolve(path)}`, hint)
}

/** A package as `plugins:install` takes it: of the registry by name and tag, or by its address. */
export type PackageSpec = { readonly name: string; readonly tag: string } | { readonly url: string }

/** Splits `name@1.0.0`; the tag of a bare name is `latest`. */
export function parseSpec(spec: string): PackageSpec {
  if (spec.includes(':') || /^[^@].*\//.test(spec)) return { url: spec }
  const at = spec.indexOf('@', 1)
  return at === -1 ? { name: spec, tag: 'latest' } : { name: spec.slice(0, at), tag: spec.slice(at + 1) || 'latest' }
}
