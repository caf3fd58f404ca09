import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Args, Flags } from '@oclif/core'
import { isTakenName } from '../app/catalogue/plugins.js'
import { packageInfo } from '../app/package-info.js'
import { type BaseMiner, createPackage, type NewPackage, packageName } from '../create/create-package.js'
import { isPluginName } from '../plugin/load/manifest.js'
import type { PluginKind } from '../plugin/sdk.js'
import { shellWord } from '../text/shell-word.js'
import { UsageError } from './errors/usage-error.js'

/** The arguments and flags of every `miner create …`. */
export const createArgs = {
  NAME: Args.string({ description: 'its name: lowercase letters, digits and single dashes', ignoreStdin: true }),
}
export const createFlags = {
  dir: Flags.string({ description: 'folder to write to; by default the name of the package', helpValue: 'DIR' }),
}

type Wanted = {
  readonly NAME: string | undefined
  readonly dir: string | undefined
  readonly base?: BaseMiner | undefined
}

type Created = {
  readonly package: string
  readonly folder: string
  readonly files: readonly string[]
  /** the commands to run next */
  readonly next: readonly string[]
  /** the commands to run before `npm install` while the registry does not have this program */
  readonly withoutRegistry: readonly string[]
}

/**
 * Creates a package with a miner or a dialect.
 *
 * @returns what was written, and a message for the terminal
 *
 * @throws {UsageError} NAME_MISSING · INVALID_VALUE · NAME_TAKEN
 * @throws {CreateError} FOLDER_TAKEN · FOLDER_UNWRITABLE
 */
export async function create(
  kind: NewPackage['kind'],
  { NAME, dir, base }: Wanted,
): Promise<Created & { readonly message: string }> {
  const name = readPluginName(kind, NAME)
  const named = packageName({ kind, name })
  const folder = dir ?? named
  const files = await createPackage({ kind, name, folder, ...(base && { base }) })
  const trial = kind === 'miner' ? `prompt --use ${name} hi` : `serve --dev --use echo --dialect ${name}`
  const next = [`cd ${shellWord(folder)}`, 'npm install', 'npm test', 'npx miner plugins:link .', `npx miner ${trial}`]
  // A clone, or an installed copy, has all that npm packs.
  const { package: host, version } = packageInfo()
  const program = dirname(fileURLToPath(import.meta.resolve('#package')))
  const withoutRegistry = [
    `npm pack --ignore-scripts --pack-destination . ${shellWord(program)}`,
    `npm install --save-dev ./${host}-${version}.tgz`,
  ]
  const message = [
    ...files.map(file => join(folder, file)),
    '',
    'next:',
    ...next.map(line => `  ${line}`),
    '',
    `before \`npm install\`, while the registry does not have ${host}:`,
    ...withoutRegistry.map(line => `  ${line}`),
  ].join('\n')
  return { package: named, folder, files, next, withoutRegistry, message }
}

/**
 * Reads the name of a new miner or dialect; that of its package, `miner-NAME`, is accepted too.
 *
 * @throws {UsageError} NAME_MISSING · INVALID_VALUE · NAME_TAKEN
 */
export function readPluginName(kind: PluginKind, text: string | undefined): string {
  const hint = `miner create ${kind} my-${kind}`
  if (text === undefined) throw new UsageError('NAME_MISSING', `the name of the ${kind} is missing`, hint)
  const name = text.startsWith(`${kind}-`) ? text.slice(kind.length + 1) : text
  if (!isPluginName(name))
    throw new UsageError(
      'INVALID_VALUE',
      'a name starts with a letter, and has at most 40 lowercase letters, digits and single dashes',
      hint,
    )
  if (isTakenName(kind, name))
    throw new UsageError('NAME_TAKEN', `the name ${name} is taken: this program uses it`, hint)
  return name
}
