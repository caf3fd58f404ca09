import type { AdminPlace } from '../../admin/open-admin.js'
import { adminText } from '../../text/admin-text.js'
import { escapeControls } from '../../text/escape.js'
import { columnsOf, fill } from '../../text/fill.js'
import type { Serving } from './describe-serving.js'
import { queryLine, statusCommand } from './query-line.js'

/** Describes an axon that has just opened, for an operator at a terminal. */
export async function banner({
  use,
  models,
  place,
  callers,
  admin,
  ...axon
}: Serving & { readonly admin: AdminPlace | null }): Promise<string> {
  const { url, hotkey, dev, dialect, dialectFile } = axon
  const { command, lacks } = await queryLine(axon)
  const rows = [
    ['hotkey', hotkey + (dev ? ' (//Bob)' : '')],
    ...(place === null ? [] : [['uid', `${place.uid ?? 'unknown'} of subnet ${place.netuid} on ${place.network}`]]),
    ['url', url],
    ...(place === null ? [] : [['announces', place.announces ?? 'nothing, because of --no-announce']]),
    ['miner', [use, ...models].join(', ')],
    ['dialect', dialectFile ? `${dialect.name}, of ${dialectFile}` : dialect.name],
    ['callers', dev ? 'the development keys //Alice to //Ferdie' : callers],
    ...(admin ? [['dashboard', adminText(admin)]] : []),
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
