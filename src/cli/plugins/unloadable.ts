import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Why a folder is no plugin, as far as its package.json tells; undefined when it is one. None of its code runs. */
export function packageFault(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(folder)) return `there is no folder ${folder}`
  if (!existsSync(file)) return `there is no package.json in ${folder}`
  try {
    const about: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (!has(about, 'name', 'string')) return `${file} has no "name"`
    if (!has(about, 'oclif', 'object')) return `${file} declares no miner and no dialect: it has no "oclif"`
    return undefined
  } catch (error) {
    return `${file} cannot be read: ${(error as Error).message}`
  }
}

function has(about: unknown, key: string, type: string): boolean {
  const value = about && (about as Readonly<Record<string, unknown>>)[key]
  return Boolean(value) && typeof value === type
}
