import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Interfaces } from '@oclif/core'
import { UsageError } from '../errors/usage-error.js'

/**
 * Finds the real cause of a failed install: when npm fails, oclif reports that the package does not exist, or only npm's
 * command line (@oclif/plugin-plugins `plugins.js` npmHasPackage, `spawn.js`). Undefined when oclif's own error is right.
 */
export async function installError({ message }: Error, config: Interfaces.Config): Promise<UsageError | undefined> {
  if (/ exited with code \d+$/.test(message)) return new UsageError('NPM_FAILED', 'npm failed', 'see its output above')
  if (message === 'plugin is invalid')
    return new UsageError(
      'NO_PLUGIN',
      'that package is not a plugin: its package.json has no "oclif"',
      'docs/plugins.md shows a plugin',
    )
  const [, name] = /^(\S+) does not exist in the registry\.$/.exec(message) ?? []
  if (name === undefined) return undefined
  const { code, summary } = await whyNot(name, config)
  if (code === undefined) return undefined
  if (code === 'E404')
    return new UsageError(
      'UNKNOWN_PACKAGE',
      `the registry has no package ${name}`,
      'check its name, or set MINER_NPM_REGISTRY to another registry',
    )
  return new UsageError(
    'REGISTRY_FAILED',
    `npm cannot use the registry: ${summary}`,
    'check the network and MINER_NPM_REGISTRY',
  )
}

type NpmError = { readonly code?: string; readonly summary?: string }

/** Asks the registry again, with oclif's npm, and returns npm's error. */
async function whyNot(name: string, config: Interfaces.Config): Promise<NpmError> {
  const { root } = config.plugins.get('@oclif/plugin-plugins')!
  const about = createRequire(join(root, 'package.json')).resolve('npm/package.json')
  const { bin } = JSON.parse(await readFile(about, 'utf8')) as { bin: { npm: string } }
  const registry = config.npmRegistry ? [`--registry=${config.npmRegistry}`] : []
  const args = [join(about, '..', bin.npm), 'view', '--json', '--loglevel=silent', ...registry, '--', name]
  const { promise, resolve } = Promise.withResolvers<string>()
  execFile(process.execPath, args, { cwd: config.dataDir }, (_error, stdout) => resolve(stdout))
  try {
    const { error = {} } = JSON.parse(await promise) as { error?: NpmError }
    return error
  } catch {
    return {} // npm's output cannot be parsed, so oclif's error stands
  }
}
