import { readFileSync } from 'node:fs'
import { factsOf, type SectionFacts, takeFacts } from '../../config/schema/setting.js'
import type { MinerDefinition } from '../../plugin/miner.js'
import { type HostSection, hostSections } from '../settings.js'

/** What zod knows of the settings that come with this program: deriving it takes a fifth of a start. */
export type BuiltInFacts = {
  readonly host: Readonly<Record<HostSection, SectionFacts>>
  readonly miners: Readonly<Record<string, SectionFacts>>
}

/** Derives the facts of the host's settings and of built-in miners; the build keeps them in a file. */
export function builtInFacts(miners: readonly MinerDefinition[]): BuiltInFacts {
  const host = Object.entries(hostSections).map(([name, section]) => [name, factsOf(section)])
  return { host: Object.fromEntries(host), miners: Object.fromEntries(miners.map(one => [one.name, factsOf(one)])) }
}

let ofMiners: BuiltInFacts['miners'] = {}

/** Takes the facts from the file that the build wrote. Only the program does: the build itself derives them. */
export function readBuiltInFacts(): void {
  const file = new URL(import.meta.resolve('#dist/app/catalogue/settings-facts.json'))
  const { host, miners } = JSON.parse(readFileSync(file, 'utf8')) as BuiltInFacts
  for (const [name, section] of Object.entries(hostSections)) takeFacts(section, host[name as HostSection])
  ofMiners = miners
}

/** Returns a built-in miner whose settings have the facts of the file, if that was read. */
export function withBuiltInFacts<Miner extends Pick<MinerDefinition, 'name' | 'settings'>>(miner: Miner): Miner {
  const facts = ofMiners[miner.name]
  if (facts) takeFacts(miner.settings, facts)
  return miner
}
