import { defaultDialect } from '../app/catalogue/dialects.js'
import { hostSections } from '../app/settings.js'
import { type Configuration, valuesOf } from '../config/configuration.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import { escapeControls } from '../text/escape.js'
import { columnsOf, fill } from '../text/fill.js'
import { developmentUrl } from './dev-mode.js'
import { takesText } from './question/synapse-question.js'

export type Serving = Answering & {
  readonly use: string
  readonly models: readonly string[]
  readonly configuration: Configuration
}

/** Describes an axon that has just opened, for an operator at a terminal. */
export function banner({ use, models, configuration, ...axon }: Serving): string {
  const { url, hotkey, dev, dialect, dialectFile } = axon
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
    ['try it', queryLine(axon)],
  ]
  const width = columnsOf(process.stderr)
  const shown = rows.map(([name, value]) => {
    const text = escapeControls(value!)
    // The command stays whole, so that it can be copied.
    return `  ${name!.padEnd(9)} ${name === 'try it' ? text : fill(text, { width, at: 12, indent: 12 })}\n`
  })
  return `\n${shown.join('')}\n`
}

export type Answering = {
  readonly url: string
  readonly hotkey: string
  readonly dev: boolean
  readonly dialect: DialectDefinition
  /** the file that holds the dialect; undefined for a dialect of the catalogue */
  readonly dialectFile: string | undefined
}

/** Returns the shell command that asks the axon, from this machine, for the first synapse of its dialect. */
export function queryLine({ url, hotkey, dev, dialect, dialectFile }: Answering): string {
  const [first] = Object.values(dialect.synapses)
  const words = [
    'miner query',
    ...(dev ? ['--dev'] : []),
    ...(dev && url === developmentUrl ? [] : [`--url ${url}`]),
    ...(dev ? [] : [`--receiver ${hotkey}`]),
    ...(dialectFile ? [`--dialect-file ${shellWord(dialectFile)}`] : []),
    ...(dialectFile || dialect.name === defaultDialect ? [] : [`--dialect ${dialect.name}`]),
    ...(first && takesText(first) ? ['"hi"'] : []),
  ]
  return words.join(' ')
}

function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
