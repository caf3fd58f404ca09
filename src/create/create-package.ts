import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contract } from '../plugin/load/manifest.js'
import type { PluginKind } from '../plugin/sdk.js'
import { fillTemplate } from '../text/fill-template.js'
import { CreateError } from './create-error.js'
import { makeFolder } from './make-folder.js'

/** Describes the package to create. */
export type NewPackage = {
  readonly kind: PluginKind
  /** in kebab-case */
  readonly name: string
  /** the built-in miner that it extends, if any */
  readonly base?: BaseMiner
  /** an empty or missing folder */
  readonly folder: string
}

/** The built-in miners that a new miner can extend; each has templates of its own. */
export const baseMiners = ['openai'] as const
export type BaseMiner = (typeof baseMiners)[number]

/**
 * Creates a package with a miner or a dialect, ready to build, test, link and publish. Never overwrites a file.
 *
 * @returns the paths of its files, relative to the folder
 * @throws {CreateError} FOLDER_TAKEN · FOLDER_UNWRITABLE
 */
export async function createPackage({ kind, name, base, folder }: NewPackage): Promise<readonly string[]> {
  const templates = [...(await templatesIn('common')), ...(await templatesIn(base ? `${kind}-${base}` : kind))]
  const fields = { ...(await hostFields()), kind, name, package: packageName({ kind, name }), ...spellings(name) }
  try {
    await makeFolder(folder)
    if ((await readdir(folder)).length > 0) throw taken(folder, 'is not empty')
    for (const { path, text } of templates) {
      const file = join(folder, path)
      await makeFolder(dirname(file))
      await writeFile(file, fillTemplate(text, fields), { flag: 'wx' })
    }
  } catch (error) {
    throw toCreateError(error, folder)
  }
  return templates.map(({ path }) => path).sort()
}

/** Returns the name of the package on npm. */
export function packageName({ kind, name }: Pick<NewPackage, 'kind' | 'name'>): string {
  return `${kind}-${name}`
}

const root = fileURLToPath(new URL('dist/create/templates', import.meta.resolve('#package')))
// Without the suffix, npm would apply a template's .gitignore when packing this program, and tools would read the
// template's package.json.
const SUFFIX = '.tmpl'

async function templatesIn(folder: string): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const names = await readdir(join(root, folder), { recursive: true })
  const files = names.filter(name => name.endsWith(SUFFIX))
  return Promise.all(
    files.map(async name => ({
      path: name.slice(0, -SUFFIX.length),
      text: await readFile(join(root, folder, name), 'utf8'),
    })),
  )
}

/** Returns the versions of this program, its contract and its tools, for the templates. */
async function hostFields() {
  const host = JSON.parse(await readFile(new URL(import.meta.resolve('#package')), 'utf8'))
  return {
    version: host.version,
    node: host.engines.node,
    nodeTool: host.devDependencies.node,
    typescript: host.devDependencies.typescript,
    typesNode: host.devDependencies['@types/node'],
    contract: String(contract.version),
    year: String(new Date().getFullYear()),
  }
}

/** Spells `my-subnet` as a class name, `MySubnet`, and as part of a variable's name, `MY_SUBNET`. */
function spellings(name: string) {
  const words = name.split('-')
  return {
    Name: words.map(word => word[0]!.toUpperCase() + word.slice(1)).join(''),
    NAME: words.join('_').toUpperCase(),
  }
}

function toCreateError(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof CreateError || code === undefined) return error
  if (code === 'EEXIST' || code === 'ENOTDIR') return taken(folder, 'is not a folder', error)
  return new CreateError('FOLDER_UNWRITABLE', `cannot write to ${folder}: ${code}`, {
    hint: 'choose another folder with --dir',
    cause: error,
  })
}

function taken(folder: string, what: string, cause?: unknown): CreateError {
  return new CreateError('FOLDER_TAKEN', `${folder} ${what}`, { hint: 'choose another folder with --dir', cause })
}
