import type { DialectDefinition } from '../../plugin/dialect.js'
import type { Declared } from '../../plugin/load/discover.js'
import { loadDialect } from '../../plugin/load/load-plugin.js'
import { brokenPlugin, type PluginSource } from '../../plugin/load/plugin-error.js'
import type { DialectPlugin, Sdk } from '../../plugin/sdk.js'
import { refusals } from '../../wires/refusal.js'
import { byName } from './entries.js'

/** A dialect that can be chosen. Listing it runs none of its code. */
export type DialectEntry = {
  readonly name: string
  readonly from: { readonly package: string; readonly version: string }
  /** the subnets whose validators use it */
  readonly netuids: readonly number[]
  /** its package's declaration; absent for a built-in one */
  readonly plugin?: Declared
  load(): Promise<DialectDefinition>
}

/** Dialects by name. It includes unusable ones, unless a usable one has the name: their `load` throws the reason. */
export type DialectCatalogue = ReadonlyMap<string, DialectEntry>

/** The dialect of every subnet that no dialect lists. */
export const defaultDialect = 'prompting'

/** Returns the name of the dialect of a subnet. */
export function subnetDialect(dialects: DialectCatalogue, netuid: unknown): string {
  const entry = [...dialects.values()].find(({ netuids }) => netuids.some(one => one === netuid))
  return entry?.name ?? defaultDialect
}

type BuiltIn = { readonly netuids: readonly number[]; readonly plugin: () => Promise<DialectPlugin> }
const builtIn: Readonly<Record<string, BuiltIn>> = {
  [defaultDialect]: { netuids: [], plugin: async () => (await import('../../dialects/prompting.js')).prompting },
  gittensor: { netuids: [74], plugin: async () => (await import('../../dialects/gittensor.js')).gittensor },
  readyai: { netuids: [33], plugin: async () => (await import('../../dialects/readyai.js')).readyai },
  eastworld: { netuids: [], plugin: async () => (await import('../../dialects/eastworld.js')).eastworld },
}

export const builtInDialects: readonly string[] = Object.keys(builtIn)

type Sources = {
  /** this program's package */
  readonly from: DialectEntry['from']
  readonly sdk: Sdk
  readonly declared: readonly Declared[]
}

/** Lists the built-in dialects and those of plugins; each is imported when it is chosen. */
export function dialectCatalogue({ from, sdk, declared }: Sources): DialectCatalogue {
  const own = Object.entries(builtIn).map(([name, { netuids, plugin }]): DialectEntry => {
    return { name, from, netuids, load: async () => (await plugin())(sdk) }
  })
  const plugins = declared
    .filter(({ kind }) => kind === 'dialect')
    .map((plugin): DialectEntry => {
      return { name: plugin.name, from: plugin.from, netuids: [], plugin, load: () => loadPlugin(plugin, sdk) }
    })
  return byName([...own, ...plugins])
}

async function loadPlugin(plugin: Declared, sdk: Sdk): Promise<DialectDefinition> {
  return withKnownRefusals(await loadDialect(plugin, sdk), plugin)
}

/**
 * Returns a plugin's dialect, and refuses unknown codes in its `refusals`.
 *
 * @throws {PluginError} PLUGIN_BROKEN
 */
export function withKnownRefusals(dialect: DialectDefinition, source: PluginSource): DialectDefinition {
  for (const [synapse, { refusals: own = {} }] of Object.entries(dialect.synapses)) {
    const unknown = Object.keys(own).find(code => !Object.hasOwn(refusals, code))
    if (unknown === undefined) continue
    throw brokenPlugin(source, `has an unknown code in the refusals of ${synapse}: ${unknown}, see docs/refusals.md`)
  }
  return dialect
}
