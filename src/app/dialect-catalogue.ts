import { type DialectPlugin, sdk } from '../plugin/define.js'
import type { DialectDefinition } from '../plugin/dialect.js'

/** A dialect that can be chosen. Listing it runs none of its code. */
export type DialectEntry = {
  readonly name: string
  readonly from: { readonly package: string; readonly version: string }
  /** the subnets whose validators ask so */
  readonly netuids: readonly number[]
  load(): Promise<DialectDefinition>
}

export type DialectCatalogue = ReadonlyMap<string, DialectEntry>

/** What is asked on every subnet that no dialect names. */
export const defaultDialect = 'prompting'

/** The built-in dialects, each imported when it is chosen. */
export function dialectCatalogue(from: DialectEntry['from']): DialectCatalogue {
  const plugins: Record<string, { netuids: readonly number[]; plugin: () => Promise<DialectPlugin> }> = {
    [defaultDialect]: { netuids: [], plugin: async () => (await import('../dialects/prompting.js')).prompting },
  }
  return new Map(
    Object.entries(plugins).map(([name, { netuids, plugin }]) => [
      name,
      { name, from, netuids, load: async () => (await plugin())(sdk) },
    ]),
  )
}
