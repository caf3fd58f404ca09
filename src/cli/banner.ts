import { hostSections } from '../app/settings.js'
import { valuesOf } from '../config/configuration.js'
import { escapeControls } from '../text/escape.js'
import { columnsOf, fill } from '../text/fill.js'
import { type Answering, queryLine } from './query-line.js'

export type Serving = Answering & {
  readonly use: string
  readonly models: readonly string[]
}

/** Describes an axon that has just opened, for an operator at a terminal. */
export async function banner({ use, models, ...axon }: Serving): Promise<string> {
  const { url, hotkey, dev, dialect, dialectFile, configuration } = axon
  const { command, lacks } = await queryLine(axon)
  const { allow } = valuesOf(configuration, hostSections.policy)
  const rows = [
    ['hotkey', hotkey + (dev ? ' (//Bob)' : '')],
    ['url', url],
    ['miner', [use, ...models].join(', ')],
    ['dialect', dialectFile ? `${dialect.name}, of ${dialectFile}` : dialect.name],
    [
      'callers',
      dev
        ? 'the development keys //Alice to //Ferdie'
        : `${allow.length} allowed hotkey${allow.length === 1 ? '' : 's'}`,
    ],
    ['try it', command],
    ...(lacks ? [['', `with ${lacks}`]] : []),
  ]
  const width = columnsOf(process.stderr)
  const shown = rows.map(([name, value]) => {
    const text = escapeControls(value!)
    // The command stays whole, so that it can be copied.
    return `  ${name!.padEnd(9)} ${name === 'try it' ? text : fill(text, { width, at: 12, indent: 12 })}\n`
  })
  return `\n${shown.join('')}\n`
}
