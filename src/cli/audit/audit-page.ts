import type { AuditReport, AuditRow } from '../../audit/audit-axon.js'
import { escapeControls } from '../../text/escape.js'
import { rows, table } from '../output/table.js'

/** As much as is shown of what an attack found; --json has all of it. */
const MOST_FOUND = 100

/** Formats what an audit showed for people: a table, then each attack that the axon or the wire does not stop. */
export function auditPage({ rows: all }: AuditReport, width: number | undefined): string {
  const lines = all.map(({ verdict, title, found }) => ({ verdict, attack: title, found: shortened(found) }))
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

function shortened(text: string): string {
  const escaped = escapeControls(text)
  return escaped.length > MOST_FOUND ? `${escaped.slice(0, MOST_FOUND - 1)}…` : escaped
}
