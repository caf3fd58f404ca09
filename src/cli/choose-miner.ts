import type { MinerCatalogue } from '../app/miner-catalogue.js'
import { hostSections } from '../app/settings.js'
import { nearest } from '../config/nearest.js'
import { originText } from '../config/origin.js'
import { quote } from '../config/quote.js'
import type { Section } from '../config/section.js'
import type { MinerDefinition } from '../plugin/miner.js'
import { type Layers, type Peeked, peek } from './peek.js'
import { UsageError } from './usage-error.js'

/**
 * The miner that `use` names. It is looked up before the settings are read, because its own are among them.
 *
 * @throws {UsageError} UNKNOWN_MINER
 */
export async function chooseMiner(miners: MinerCatalogue, layers: Layers): Promise<MinerDefinition> {
  const { value, origin } = (await peek(hostSections.top, 'use', layers)) ?? byDefault()
  const name = String(value ?? byDefault().value)
  const entry = miners.get(name)
  if (entry) return entry.load()
  const names = [...miners.keys()]
  const like = nearest(name, names)
  const hint = `--use ${like ?? names[0]}; there are: ${names.join(', ')}`
  throw new UsageError('UNKNOWN_MINER', `there is no miner ${quote(name)} (${originText(origin)})`, hint)
}

/** The settings of a miner as the settings layer reads them. */
export function minerSection({ name, settings, rules }: MinerDefinition): Section {
  return { name, title: `${name} miner`, of: 'miner', settings, ...(rules && { rules }) }
}

function byDefault(): Peeked {
  return { value: hostSections.top.settings.parse({}).use, origin: { from: 'default' } }
}
