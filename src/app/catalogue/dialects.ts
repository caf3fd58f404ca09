import type { DialectDefinition } from '../../plugin/dialect.js'
import type { Declared } from '../../plugin/load/discover.js'
import { loadDialect } from '../../plugin/load/load-plugin.js'
import { brokenPlugin } from '../../plugin/load/plugin-error.js'
import { type DialectPlugin, sdk } from '../../plugin/sdk.js'
import { refusals } from '../../wires/refusal.js'
import { byName } from './entries.js'

/** A dialect that can be chosen. Listing it runs none of its code. */
export type DialectEntry = {
  readonly name: string
  readonly from: { readonly package: string; readonly version: string }
  /** the subnets whose validators ask so */
  readonly netuids: readonly number[]
  /** what its package declares; absent of a built-in one */
  readonly plugin?: Declared
  load(): Promise<DialectDefinition>
}

/** By name. One that cannot be used is there, too, unless another has the name: its `load` says why. */
export type DialectCatalogue = ReadonlyMap<string, DialectEntry>

/** What is asked on every subnet that no dialect names. */
export const defaultDialect = 'prompting'

type BuiltIn = { readonly netuids: readonly number[]; readonly plugin: () => Promise<DialectPlugin> }
const builtIn: Readonly<Record<string, BuiltIn>> = {
  [defaultDialect]: { netuids: [], plugin: async () => (await import('../../dialects/prompting.js')).prompting },
  gittensor: { netuids: [74], plugin: async () => (await import('../../dialects/gittensor.js')).gittensor },
  readyai: { netuids: [33], plugin: async () => (await import('../../dialects/readyai.js')).readyai },
  eastworld: { netuids: [94], plugin: async () => (await import('../../dialects/eastworld.js')).eastworld },
}

export const builtInDialects: readonly string[] = Object.keys(builtIn)

type Sources = {
  /** this program's package */
  readonly from: DialectEntry['from']
  readonly declared: readonly Declared[]
}

/** The built-in dialects and those of plugins, each imported when it is chosen. */
export function dialectCatalogue({ from, declared }: Sources): DialectCatalogue {
  const own = Object.entries(builtIn).map(([name, { netuids, plugin }]): DialectEntry => {
    return { name, from, netuids, load: async () => (await plugin())(sdk) }
  })
  const plugins = declared
    .filter(({ kind }) => kind === 'dialect')
    .map((plugin): DialectEntry => {
      return { name: plugin.name, from: plugin.from, netuids: [], plugin, load: () => loadPlugin(plugin) }
    })
  return byName([...own, ...plugins])
}

/** It words refusals that there are. */
async function loadPlugin(plugin: Declared): Promise<DialectDefinition> {
  const dialect = await loadDialect(plugin)
  for (const [synapse, { refusals: worded = {} }] of Object.entries(dialect.synapses)) {
    const unknown = Object.keys(worded).find(code => !Object.hasOwn(refusals, code))
    if (unknown === undefined) continue
    throw brokenPlugin(plugin, `words a refusal of ${synapse} that there is not: ${unknown}, see docs/refusals.md`)
  }
  return dialect
}
