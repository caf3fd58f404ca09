import { usableNames } from '../app/catalogue/entries.js'
import type { MinerCatalogue } from '../app/catalogue/miners.js'
import { hostSections } from '../app/settings.js'
import { type Layers, type Peeked, peek } from '../config/look-up.js'
import { originText } from '../config/origin.js'
import type { MinerDefinition } from '../plugin/miner.js'
import { quote } from '../text/escape.js'
import { UsageError } from './errors/usage-error.js'
import { wayOut } from './way-out.js'

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
  const message = `there is no miner ${quote(name)} (${originText(origin)})`
  throw new UsageError('UNKNOWN_MINER', message, wayOut({ flag: '--use', name, origin, names: usableNames(miners) }))
}

function byDefault(): Peeked {
  return { value: hostSections.top.settings.parse({}).use, origin: { from: 'default' }, problems: [] }
}
