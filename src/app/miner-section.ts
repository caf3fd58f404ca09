import type { Section } from '../config/schema/section.js'
import type { MinerDefinition } from '../plugin/miner.js'

/** The settings of a miner as the settings layer reads them. */
export function minerSection({ name, settings, rules }: MinerDefinition): Section {
  return { name, title: `${name} miner`, of: 'miner', settings, ...(rules && { rules }) }
}
