import type { MinerCatalogue } from '../app/miner-catalogue.js'
import { hostSections } from '../app/settings.js'
import { nearest } from '../config/nearest.js'
import { quote } from '../config/quote.js'
import { type ConfigFile, readFile } from '../config/read-file.js'
import type { Section } from '../config/section.js'
import type { MinerDefinition } from '../plugin/miner.js'
import { typedValue } from './typed-value.js'
import { UsageError } from './usage-error.js'

/** Where `use` may be said. */
export type Layers = {
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** null: no file is read */
  readonly file: ConfigFile | null
}

/**
 * The miner that `use` names. It is looked up before the settings are read, because its own are among them.
 *
 * @throws {UsageError} UNKNOWN_MINER
 */
export async function chooseMiner(miners: MinerCatalogue, layers: Layers): Promise<MinerDefinition> {
  const name = await chosenName(layers)
  const entry = miners.get(name)
  if (entry) return entry.load()
  const names = [...miners.keys()]
  const like = nearest(name, names)
  const hint = `--use ${like ?? names[0]}; there are: ${names.join(', ')}`
  throw new UsageError('UNKNOWN_MINER', `there is no miner ${quote(name)}`, hint)
}

/** The settings of a miner as the settings layer reads them. */
export function minerSection({ name, settings }: MinerDefinition): Section {
  return { name, title: `${name} miner`, of: 'miner', settings }
}

async function chosenName({ argv, env, file }: Layers): Promise<string> {
  const said = typedValue(argv, 'use') || env.MINER_USE || (await inFile(file))
  return said || hostSections.top.settings.parse({}).use
}

/** Whatever else is wrong with the file is told when all of it is read. */
async function inFile(file: ConfigFile | null): Promise<string | undefined> {
  const content = file && (await readFile(file))
  const use = content && 'table' in content ? content.table.use : undefined
  return typeof use === 'string' ? use : undefined
}
