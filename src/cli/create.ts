import { join } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { createPackage, type NewPackage, packageName } from '../create/create-package.js'
import { readPluginName } from './read-plugin-name.js'

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
