import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { contract } from '../plugin/load/manifest.js'
import type { PluginKind } from '../plugin/sdk.js'
import { CreateError } from './create-error.js'

/** What a new package is to be. */
export type NewPackage = {
  readonly kind: PluginKind
  /** in kebab-case */
  readonly name: string
  /** where: a folder that is empty, or not there yet */
  readonly folder: string
}

/**
 * Writes a package that brings a miner or a dialect. It can be built, tested, linked and published as it is; nothing that
 * is there already is written over.
 *
 * @returns the files, relative to the folder
 * @throws {CreateError} FOLDER_TAKEN · FOLDER_UNWRITABLE
 */
export async function createPackage({ kind, name, folder }: NewPackage): Promise<readonly string[]> {
  const templates = [...(await templatesIn('common')), ...(await templatesIn(kind))]
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
    throw explained(error, folder)
  }
  return templates.map(({ path }) => path).sort()
}

/** The name of the package on npm. */
export function packageName({ kind, name }: Pick<NewPackage, 'kind' | 'name'>): string {
  return `${kind}-${name}`
}

const root = fileURLToPath(new URL('./templates', import.meta.url))
// Without it, npm would heed a template's .gitignore when it packs us, and tools would read its package.json.
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

/** With those above it. Node's own recursive `mkdir` never ends where a folder that is there takes none: `/proc/x`. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder))
    await mkdir(folder)
  }
}

/** What it is written for, and what we ourselves are built with. */
async function hostFields() {
  const host = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  return {
    version: host.version,
    node: host.engines.node,
    typescript: host.devDependencies.typescript,
    typesNode: host.devDependencies['@types/node'],
    contract: String(contract.version),
    year: String(new Date().getFullYear()),
  }
}

/** `my-subnet` as the name of a class, and in the name of a variable. */
function spellings(name: string) {
  const words = name.split('-')
  return {
    Name: words.map(word => word[0]!.toUpperCase() + word.slice(1)).join(''),
    NAME: words.join('_').toUpperCase(),
  }
}

function explained(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof CreateError || code === undefined) return error
  if (code === 'EEXIST' || code === 'ENOTDIR') return taken(folder, 'is not a folder', error)
  return new CreateError('FOLDER_UNWRITABLE', `${folder} cannot be written: ${code}`, {
    hint: 'another place with --dir',
    cause: error,
  })
}

function taken(folder: string, what: string, cause?: unknown): CreateError {
  return new CreateError('FOLDER_TAKEN', `${folder} ${what}`, { hint: 'another place with --dir', cause })
}

/**
 * Puts values in the place of their names: `{{name}}`.
 *
 * @throws {TypeError} when the template names what there is no value for
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    if (!Object.hasOwn(values, name)) throw new TypeError(`the template names ${name}, and there is no value for it`)
    return values[name]!
  })
}
