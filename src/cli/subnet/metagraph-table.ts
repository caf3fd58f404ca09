import { shortHotkey } from '../../app/log/event-text.js'
import type { Metagraph, Neuron } from '../../chain/metagraph.js'
import { axonText } from '../../text/axon-text.js'
import { groupedText, spanText } from '../../text/span.js'
import { columnWidth, table } from '../output/table.js'
import { shownAmount, shownShare } from './amount.js'
import { blocksText } from './blocks.js'

/** Describes what was read, in one line. */
export function metagraphHead({ subnet, neurons, block, blockAt }: Metagraph, now: number): string {
  const validators = neurons.filter(({ hasPermit }) => hasPermit).length
  const counts = `${counted(neurons.length, 'neuron')}, ${counted(validators, 'validator')}`
  return `subnet ${subnet.netuid} at block ${groupedText(block)}, ${spanText(now - blockAt)} old: ${counts}`
}

/** Formats a number of things: `1,024 neurons`. */
export function counted(count: number, noun: string): string {
  return `${groupedText(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** A table for people, and the names of the columns for which the terminal has no room. */
type FittedTable = { readonly text: string; readonly hidden: readonly Column[] }

/**
 * Formats neurons for people. On a terminal that is too narrow for everything, hotkeys are shortened first, and then the
 * less important columns are hidden.
 *
 * @param block at which the metagraph was read
 * @param width columns of the terminal; undefined: the output is not a terminal, and nothing is left out
 */
export function metagraphTable(
  neurons: readonly Neuron[],
  { block, width }: { readonly block: number; readonly width: number | undefined },
): FittedTable {
  const whole = neurons.map(neuron => cellsOf(neuron, block))
  if (width === undefined || widthOf(columns, widthsOf(whole)) <= width)
    return { text: print(whole, columns), hidden: [] }
  const cells = whole.map(row => ({ ...row, hotkey: shortHotkey(row.hotkey) }))
  const widths = widthsOf(cells)
  const chosen: Column[] = []
  for (const name of byImportance) if (widthOf([...chosen, name], widths) <= width) chosen.push(name)
  const shown = columns.filter(name => chosen.includes(name))
  return { text: print(cells, shown), hidden: columns.filter(name => !chosen.includes(name)) }
}

const columns = [
  'uid',
  'hotkey',
  'stake',
  'alpha',
  'tao',
  'permit',
  'trust',
  'incentive',
  'emission',
  'axon',
  'updated',
] as const
type Column = (typeof columns)[number]

const byImportance: readonly Column[] = [
  'uid',
  'hotkey',
  'stake',
  'permit',
  'incentive',
  'axon',
  'emission',
  'trust',
  'updated',
  'alpha',
  'tao',
]
const numeric: readonly Column[] = ['uid', 'stake', 'alpha', 'tao', 'trust', 'incentive', 'emission', 'updated']

type Cells = Readonly<Record<Column, string>>

function cellsOf(neuron: Neuron, block: number): Cells {
  const { alphaRao, taoRao, axon } = neuron
  return {
    uid: String(neuron.uid),
    hotkey: neuron.hotkey,
    stake: shownAmount(neuron.stakeRao),
    alpha: alphaRao === null ? '–' : shownAmount(alphaRao),
    tao: taoRao === null ? '–' : shownAmount(taoRao),
    permit: neuron.hasPermit ? 'yes' : '–',
    trust: shownShare(neuron.trust),
    incentive: shownShare(neuron.incentive),
    emission: shownAmount(neuron.emissionRao, 4),
    axon: axon ? axonText(axon) : '–',
    // Without its space: no cell has one, and none is empty, so that `awk` finds the columns.
    updated: blocksText(block - neuron.lastUpdate).replace(' ', ''),
  }
}

function print(cells: readonly Cells[], shown: readonly Column[]): string {
  const chosen = cells.map(row => Object.fromEntries(shown.map(name => [name, row[name]])))
  return table(chosen, undefined, numeric)
}

function widthsOf(cells: readonly Cells[]): ReadonlyMap<Column, number> {
  return new Map(columns.map(name => [name, columnWidth(name, cells)]))
}

function widthOf(names: readonly Column[], widths: ReadonlyMap<Column, number>): number {
  return names.reduce((sum, name) => sum + widths.get(name)!, 2 * (names.length - 1))
}
