import { hostSections } from '../app/settings.js'
import { type Configuration, valuesOf } from '../config/configuration.js'
import { escapeControls } from '../text/escape.js'
import { type Answering, queryLine } from './query-line.js'

export type Serving = Answering & {
  readonly use: string
  readonly models: readonly string[]
  readonly configuration: Configuration
}

/** What somebody at a terminal wants to know of an axon that has just opened. */
export function banner({ use, models, configuration, ...axon }: Serving): string {
  const { url, hotkey, dev, dialect, dialectFile } = axon
  const { allow } = valuesOf(configuration, hostSections.policy)
  const rows = [
    ['who', hotkey + (dev ? ' (//Bob)' : '')],
    ['where', url],
    ['miner', [use, ...models].join(', ')],
    ['dialect', dialectFile ? `${dialect.name}, of ${dialectFile}` : dialect.name],
    [
      'asked by',
      dev
        ? 'the development keys //Alice to //Ferdie'
        : `${allow.length} allowed hotkey${allow.length === 1 ? '' : 's'}`,
    ],
    ['try it', queryLine(axon)],
  ]
  return `\n${rows.map(([name, value]) => `  ${name!.padEnd(9)} ${escapeControls(value!)}\n`).join('')}\n`
}
