import { escapeControls } from '../../text/escape.js'
import { columnsOf, fill } from '../../text/fill.js'
import { type Answering, queryLine, statusCommand } from './query-line.js'

export type Serving = Answering & {
  readonly use: string
  readonly models: readonly string[]
  /** its place in a subnet; null without a chain */
  readonly place: string | null
  /** what the chain is told, or why it is told nothing; null without a chain */
  readonly announces: string | null
  /** who may ask */
  readonly callers: string
}

/** Describes an axon that has just opened, for an operator at a terminal. */
export async function banner({ use, models, place, announces, callers, ...axon }: Serving): Promise<string> {
  const { url, hotkey, dev, dialect, dialectFile } = axon
  const { command, lacks } = await queryLine(axon)
  const rows = [
    ['hotkey', hotkey + (dev ? ' (//Bob)' : '')],
    ...(place === null ? [] : [['uid', place]]),
    ['url', url],
    ...(announces === null ? [] : [['announces', announces]]),
    ['miner', [use, ...models].join(', ')],
    ['dialect', dialectFile ? `${dialect.name}, of ${dialectFile}` : dialect.name],
    ['callers', dev ? 'the development keys //Alice to //Ferdie' : callers],
    // On a subnet, those who may ask are validators elsewhere.
    ...(lacks && place !== null ? [] : [['try it', command]]),
    ...(lacks && place === null ? [['', `with ${lacks}`]] : []),
    ...(place === null ? [] : [['see it', statusCommand(axon)]]),
  ]
  const width = columnsOf(process.stderr)
  const shown = rows.map(([name, value]) => {
    const text = escapeControls(value!)
    // A command stays whole, so that it can be copied.
    return `  ${name!.padEnd(9)} ${isCommand(name!) ? text : fill(text, { width, at: 12, indent: 12 })}\n`
  })
  return `\n${shown.join('')}\n`
}

function isCommand(name: string): boolean {
  return name === 'try it' || name === 'see it'
}
