import type { AuditReport, AuditRow } from '../../audit/audit-axon.js'
import { escapeControls } from '../../text/escape.js'
import { rows, table } from '../output/table.js'

/** Columns of what an attack found on a terminal: as much as it has room for. A file gets all of it, as does --json. */
const FOUND = { most: 100, least: 30 } as const

/**
 * Formats what an audit showed for people: a table, then each attack that the axon or the wire does not stop.
 *
 * @param width columns of the terminal, if it is one
 */
export function auditPage({ rows: all }: AuditReport, width: number | undefined): string {
  const others = ['title', 'verdict'] as const
  const taken = others.reduce((sum, key) => sum + 2 + Math.max(...all.map(row => row[key].length)), 0)
  const room =
    width === undefined ? Number.POSITIVE_INFINITY : Math.min(FOUND.most, Math.max(FOUND.least, width - taken))
  const lines = all.map(({ verdict, title, found }) => ({ attack: title, verdict, found: shortened(found, room) }))
  const told = all.filter(({ verdict }) => verdict === 'fell' || verdict === 'unprotected')
  const details = told.map(row => `\n${row.verdict}: ${row.title}\n${detail(row, width)}`)
  return `${table(lines, width)}\n${details.join('')}\n${summary(all)}`
}

function detail({ meaning, mend, found }: AuditRow, width: number | undefined): string {
  return rows(
    [
      ['found', found],
      ['means', meaning],
      ['mend', mend],
    ],
    width,
  )
}

function summary(all: readonly AuditRow[]): string {
  const count = (verdict: AuditRow['verdict']) => all.filter(row => row.verdict === verdict).length
  const [unprotected, notTried] = [count('unprotected'), count('not tried')]
  return [
    `${count('held')} held`,
    `${count('fell')} fell`,
    ...(unprotected > 0 ? [`${unprotected} not protected by the wire`] : []),
    ...(notTried > 0 ? [`${notTried} not tried`] : []),
  ].join(', ')
}

function shortened(text: string, room: number): string {
  const escaped = escapeControls(text)
  return escaped.length > room ? `${escaped.slice(0, room - 1)}…` : escaped
}
