import type { ClientFor } from '../miners/openai/client-for.js'
import { type MinerPlugin, sdk } from '../plugin/define.js'
import type { MinerDefinition } from '../plugin/miner.js'

/** A miner that can be chosen. Listing it runs none of its code. */
export type MinerEntry = {
  readonly name: string
  readonly from: { readonly package: string; readonly version: string }
  load(): Promise<MinerDefinition>
}

export type MinerCatalogue = ReadonlyMap<string, MinerEntry>

/** The built-in miners, each imported when it is chosen. */
export function minerCatalogue(from: MinerEntry['from'], clientFor: ClientFor): MinerCatalogue {
  const plugins: Record<string, () => Promise<MinerPlugin>> = {
    openai: async () => (await import('../miners/openai/plugin.js')).openaiMiner(clientFor),
    echo: async () => (await import('../miners/echo.js')).echoMiner,
  }
  return new Map(
    Object.entries(plugins).map(([name, plugin]) => [name, { name, from, load: async () => (await plugin())(sdk) }]),
  )
}
