import { hostSections } from '../app/settings.js'
import { type Configuration, valuesOf } from '../config/configuration.js'
import { escapeControls } from '../config/quote.js'
import { developmentUrl } from './development.js'

export type Serving = {
  readonly url: string
  readonly hotkey: string
  readonly use: string
  readonly models: readonly string[]
  readonly dialect: string
  /** the file that holds it, if one does */
  readonly dialectFile: string | undefined
  readonly dev: boolean
  readonly configuration: Configuration
}

/** What somebody at a terminal wants to know of an axon that has just opened. */
export function banner({ url, hotkey, use, models, dialect, dialectFile, dev, configuration }: Serving): string {
  const { allow } = valuesOf(configuration, hostSections.policy)
  const where = url === developmentUrl ? '' : ` --url ${url}`
  const rows = [
    ['who', hotkey + (dev ? ' (//Bob)' : '')],
    ['where', url],
    ['miner', [use, ...models].join(', ')],
    ['dialect', dialectFile ? `${dialect}, of ${dialectFile}` : dialect],
    [
      'asked by',
      dev
        ? 'the development keys //Alice to //Ferdie'
        : `${allow.length} allowed hotkey${allow.length === 1 ? '' : 's'}`,
    ],
    ['try it', dev ? `miner query --dev${where} "hi"` : `miner query --url ${url} --receiver ${hotkey} "hi"`],
  ]
  return `\n${rows.map(([name, value]) => `  ${name!.padEnd(9)} ${escapeControls(value!)}\n`).join('')}\n`
}
