import type { Declared } from '../../plugin/load/discover.js'
import { loadMiner } from '../../plugin/load/load-plugin.js'
import { brokenPlugin, type PluginSource, thrownText } from '../../plugin/load/plugin-error.js'
import type { MinerDefinition } from '../../plugin/miner.js'
import type { Sdk } from '../../plugin/sdk.js'
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

const builtIn: Readonly<Record<string, (sdk: Sdk) => Promise<MinerDefinition>>> = {
  openai: sdk => sdk.openai(),
  echo: async sdk => (await import('../../miners/echo.js')).echoMiner(sdk),
}

export const builtInMiners: readonly string[] = Object.keys(builtIn)

type Sources = {
  /** this program's package */
  readonly from: MinerEntry['from']
  readonly sdk: Sdk
  readonly declared: readonly Declared[]
}

/** Lists the built-in miners and those of plugins; each is imported when it is chosen. */
export function minerCatalogue({ from, sdk, declared }: Sources): MinerCatalogue {
  const own = Object.entries(builtIn).map(([name, load]): MinerEntry => {
    return { name, from, load: () => load(sdk) }
  })
  const plugins = declared
    .filter(({ kind }) => kind === 'miner')
    .map(
      (plugin): MinerEntry => ({ name: plugin.name, from: plugin.from, plugin, load: () => loadPlugin(plugin, sdk) }),
    )
  return byName([...own, ...plugins])
}

async function loadPlugin(plugin: Declared, sdk: Sdk): Promise<MinerDefinition> {
  return withReadableSettings(await loadMiner(plugin, sdk), plugin)
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
