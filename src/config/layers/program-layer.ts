import { escapeName } from '../../text/escape.js'
import type { Layer } from '../layer.js'
import type { Problem } from '../problem.js'
import type { Catalog } from '../schema/catalog.js'
import { itemPath } from '../schema/names.js'
import { isTable, type Table } from '../values/convert.js'
import { isTooDeep } from '../values/depth.js'
import { tableLayer } from './file-layer.js'

/**
 * Reads the settings that a program passes as an object, in the form of a file's top table. A key whose value is undefined
 * counts as absent.
 */
export function programLayer(settings: Table, context: { catalog: Catalog; problems: Problem[] }): Layer {
  const originOf = (key: string) => ({ from: 'program' as const, key })
  const report = (path: string, message: string, hint: string) => {
    const key = escapeName(path)
    context.problems.push({
      code: 'INVALID_VALUE',
      path,
      message: `${key} ${message}`,
      origin: originOf(key),
      hint,
    })
  }
  const source = {
    kind: 'literal' as const,
    originOf,
    under: (table: string) => `in settings.${table}`,
    asTable: (name: string) => `pass an object: ${name}: { … }`,
    listed: 'docs/configuration.md lists the settings',
    ofPlugin: 'pass the miner that it configures as `use`',
  }
  return tableLayer(topTable(settings, report), source, context)
}

type Report = (path: string, message: string, hint: string) => void

/** Returns a copy of the settings that is made of what a file can hold, without what is reported. */
function topTable(settings: Table, report: Report): Table {
  const read = (value: unknown, path: string): unknown => {
    if (!isTooDeep(value)) return plain(value, path, report)
    return report(path, 'contains itself, or is nested too deeply', 'pass data that JSON can hold')
  }
  const tables = Object.entries(settings).map(([name, value]) => {
    if (!isTable(value) || foreignKind(value)) return [name, read(value, name)] as const
    const inner = Object.entries(value).map(([key, item]) => [key, read(item, itemPath(name, key))] as const)
    return [name, present(inner)] as const
  })
  return present(tables)
}

function plain(value: unknown, path: string, report: Report): unknown {
  if (Array.isArray(value)) return value.map((item, at) => plain(item, itemPath(path, at), report))
  const foreign = foreignKind(value)
  if (foreign)
    return report(path, `must be plain data, not ${foreign}`, 'pass text, a number, true, a list or an object')
  if (!isTable(value)) return value
  return present(Object.entries(value).map(([key, item]) => [key, plain(item, itemPath(path, key), report)] as const))
}

function present(entries: readonly (readonly [string, unknown])[]): Table {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** Names the kind of a value that holds its data elsewhere than in its keys, such as a `Map`, a `URL` or a promise. */
function foreignKind(value: unknown): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (!isTable(value) || Object.keys(value).length > 0) return undefined
  const prototype: unknown = Object.getPrototypeOf(value)
  // Not compared with this realm's `Object.prototype`: test runners load programs into realms of their own.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined
  return `an object of class ${escapeName(String(value.constructor?.name ?? ''))}`
}
