import type { ClientFor } from '../../miners/openai/http/client.js'
import type { Declared } from '../../plugin/load/discover.js'
import { loadMiner } from '../../plugin/load/load-plugin.js'
import { brokenPlugin, type PluginSource, thrownText } from '../../plugin/load/plugin-error.js'
import type { MinerDefinition } from '../../plugin/miner.js'
import { type MinerPlugin, sdk } from '../../plugin/sdk.js'
import { checkSettings } from '../settings.js'
import { byName } from './entries.js'

/** A miner that can be chosen. Listing it runs none of its code. */
export type MinerEntry = {
  readonly name: string
  readonly from: { readonly package: string; readonly version: string }
  /** its package's declaration; absent for a built-in one */
  readonly plugin?: Declared
  load(): Promise<MinerDefinition>
}

/** Miners by name. It includes unusable ones, unless a usable one has the name: their `load` throws the reason. */
export type MinerCatalogue = ReadonlyMap<string, MinerEntry>

const builtIn: Readonly<Record<string, (clientFor: ClientFor) => Promise<MinerPlugin>>> = {
  openai: async clientFor => (await import('../../miners/openai/plugin.js')).openaiMiner(clientFor),
  echo: async () => (await import('../../miners/echo.js')).echoMiner,
}

export const builtInMiners: readonly string[] = Object.keys(builtIn)

type Sources = {
  /** this program's package */
  readonly from: MinerEntry['from']
  readonly clientFor: ClientFor
  readonly declared: readonly Declared[]
}

/** Lists the built-in miners and those of plugins; each is imported when it is chosen. */
export function minerCatalogue({ from, clientFor, declared }: Sources): MinerCatalogue {
  const own = Object.entries(builtIn).map(([name, plugin]): MinerEntry => {
    return { name, from, load: async () => (await plugin(clientFor))(sdk) }
  })
  const plugins = declared
    .filter(({ kind }) => kind === 'miner')
    .map((plugin): MinerEntry => ({ name: plugin.name, from: plugin.from, plugin, load: () => loadPlugin(plugin) }))
  return byName([...own, ...plugins])
}

async function loadPlugin(plugin: Declared): Promise<MinerDefinition> {
  return withReadableSettings(await loadMiner(plugin), plugin)
}

/**
 * Returns a plugin's miner, and refuses settings that the host cannot read beside its own.
 *
 * @throws {PluginError} PLUGIN_BROKEN
 */
export function withReadableSettings(miner: MinerDefinition, source: PluginSource): MinerDefinition {
  try {
    checkSettings(miner)
  } catch (error) {
    throw brokenPlugin(source, `has invalid settings: ${thrownText(error)}`, error)
  }
  return miner
}
