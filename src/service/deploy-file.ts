import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fillTemplate } from '../text/fill-template.js'

const root = new URL('deploy/', import.meta.resolve('#package'))

/** Reads a file of `deploy`, which the package brings. */
export function deployFile(path: string): Promise<string> {
  return readFile(fileURLToPath(new URL(path, root)), 'utf8')
}

/** What a template gets: a text in the place of `{{name}}`; lines in that of a whole line, which vanishes without any. */
export type Fields = Readonly<Record<string, string | readonly string[]>>

/**
 * Fills a template of `deploy`. The lines get the indentation of the line whose place they take.
 *
 * @throws {TypeError} when a name has no value
 */
export async function filledFile(path: string, fields: Fields): Promise<string> {
  const lines = Object.entries(fields).filter(([, value]) => typeof value !== 'string')
  const texts = Object.entries(fields).filter(([, value]) => typeof value === 'string')
  const template = (await deployFile(path)).replace(/^( *)\{\{(\w+)\}\}\n/gm, (line, indent: string, name: string) => {
    const [, value] = lines.find(([other]) => other === name) ?? []
    return value === undefined ? line : [...value].map((_, at) => `${indent}{{${name}_${at}}}\n`).join('')
  })
  const single = lines.flatMap(([name, value]) => [...value].map((one, at) => [`${name}_${at}`, one]))
  return fillTemplate(template, Object.fromEntries([...texts, ...single]))
}
