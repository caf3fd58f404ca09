import { join } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { isTakenName } from '../app/catalogue/plugins.js'
import { createPackage, type NewPackage, packageName } from '../create/create-package.js'
import { isPluginName } from '../plugin/load/manifest.js'
import type { PluginKind } from '../plugin/sdk.js'
import { UsageError } from './errors/usage-error.js'

/** What every `miner create …` takes. */
export const createArgs = {
  NAME: Args.string({ description: 'its name: small letters, digits and single dashes', ignoreStdin: true }),
}
export const createFlags = {
  dir: Flags.string({ description: 'folder to write it to; named as the package when left out', helpValue: 'DIR' }),
}

type Created = { readonly package: string; readonly folder: string; readonly files: readonly string[] }

/**
 * Writes the package that was asked for.
 *
 * @throws {UsageError} NAME_MISSING · INVALID_VALUE · NAME_TAKEN
 * @throws {CreateError} FOLDER_TAKEN · FOLDER_UNWRITABLE
 */
export async function create(
  kind: NewPackage['kind'],
  { NAME, dir }: { readonly NAME: string | undefined; readonly dir: string | undefined },
): Promise<Created & { readonly words: string }> {
  const name = readPluginName(kind, NAME)
  const named = packageName({ kind, name })
  const folder = dir ?? named
  const files = await createPackage({ kind, name, folder })
  const trial = kind === 'miner' ? `prompt --use ${name} hi` : `serve --dev --use echo --dialect ${name}`
  const next = [`cd ${folder}`, 'npm install', 'npm test', 'miner plugins:link .', `miner ${trial}`]
  const words = [...files.map(file => join(folder, file)), '', 'next:', ...next.map(line => `  ${line}`)].join('\n')
  return { package: named, folder, files, words }
}

/**
 * The name of a new miner or dialect; what was typed may be that of its package, `miner-NAME`.
 *
 * @throws {UsageError} NAME_MISSING · INVALID_VALUE · NAME_TAKEN
 */
export function readPluginName(kind: PluginKind, text: string | undefined): string {
  const hint = `miner create ${kind} my-${kind}`
  if (text === undefined) throw new UsageError('NAME_MISSING', `how is the ${kind} to be called?`, hint)
  const name = text.startsWith(`${kind}-`) ? text.slice(kind.length + 1) : text
  if (!isPluginName(name))
    throw new UsageError(
      'INVALID_VALUE',
      'a name begins with a letter, and has small letters, digits and single dashes, 40 at most',
      hint,
    )
  if (isTakenName(kind, name))
    throw new UsageError(
      'NAME_TAKEN',
      `no ${kind} of a plugin can be called ${name}: this program uses that name`,
      hint,
    )
  return name
}
