import type { Layer } from '../layer.js'
import type { Problem } from '../problem.js'
import type { Catalog } from '../schema/catalog.js'
import { isTable, type Table } from '../values/convert.js'
import { tableLayer } from './file-layer.js'

/**
 * Reads the settings that a program passes as an object, in the form of a file's top table. A key whose value is undefined
 * counts as absent.
 */
export function programLayer(settings: Table, context: { catalog: Catalog; problems: Problem[] }): Layer {
  const source = {
    kind: 'literal' as const,
    originOf: (key: string) => ({ from: 'program' as const, key }),
    under: (table: string) => `in settings.${table}`,
    asTable: (name: string) => `pass an object: ${name}: { … }`,
    listed: 'docs/configuration.md lists the settings',
    ofPlugin: 'pass the miner that it configures as `use`',
  }
  return tableLayer(withoutUndefined(settings) as Table, source, context)
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (!isTable(value)) return value
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutUndefined(item)]))
}
