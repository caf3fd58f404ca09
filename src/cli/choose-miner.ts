import type { MinerCatalogue } from '../app/miner-catalogue.js'
import { hostSections } from '../app/settings.js'
import { nearest } from '../config/nearest.js'
import { type Origin, originText } from '../config/origin.js'
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
  const { name, origin } = await chosenName(layers)
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

type Chosen = { readonly name: string; readonly origin: Origin }

async function chosenName({ argv, env, file }: Layers): Promise<Chosen> {
  const typed = typedValue(argv, 'use')
  if (typed) return { name: typed, origin: { from: 'flag', flag: '--use' } }
  if (env.MINER_USE) return { name: env.MINER_USE, origin: { from: 'environment', variable: 'MINER_USE' } }
  const inFile = file && (await useOf(file))
  if (inFile) return { name: inFile, origin: { from: 'file', file: file.path, key: 'use' } }
  return { name: hostSections.top.settings.parse({}).use, origin: { from: 'default' } }
}

/** Whatever else is wrong with the file is told when all of it is read. */
async function useOf(file: ConfigFile): Promise<string | undefined> {
  const content = await readFile(file)
  const use = content && 'table' in content ? content.table.use : undefined
  return typeof use === 'string' ? use : undefined
}
