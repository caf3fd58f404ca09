import type { Check } from '../../plugin/miner.js'
import { escapeControls } from '../../text/escape.js'
import { table } from './table.js'

/** Formats a miner's checks for people, one row each. */
export function checkTable(checks: readonly Check[]): string {
  const columns = [...new Set(checks.flatMap(({ findings }) => Object.keys(findings)))]
  return table(
    checks.map(({ name, findings, problem }) => {
      const found = new Map(Object.entries(findings))
      return Object.fromEntries([
        ['name', escapeControls(name)],
        ...columns.map(column => [spaced(column), cell(found.get(column) ?? null)]),
        ['problem', escapeControls(problem?.code ?? '')],
      ])
    }),
  )
}

/** `keyAccepted` as `key accepted`. */
function spaced(column: string): string {
  return escapeControls(column.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase())
}

function cell(finding: boolean | number | null): string {
  if (finding === null) return '–'
  if (typeof finding === 'number') return `${Math.round(finding)} ms`
  return finding ? 'yes' : 'no'
}
