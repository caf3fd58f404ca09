import type { Checked, Finding } from '../../doctor/check.js'
import { doctorTable } from '../../doctor/doctor-table.js'
import { colour } from '../../text/colour.js'
import { escapeControls } from '../../text/escape.js'
import { fill } from '../../text/fill.js'

type PageOptions = {
  /** columns of the terminal, if it is one */
  readonly width: number | undefined
  /** where colours are shown, if the stream shows any; null: nowhere */
  readonly stream: NodeJS.WriteStream | null
}

type Verdict = Finding['verdict']

/** In the order in which the summary counts them. */
const verdicts = ['fault', 'warning', 'unknown', 'ok'] as const satisfies readonly Verdict[]
const widest = Math.max(...verdicts.map(({ length }) => length))
const longest = Math.max(...Object.keys(doctorTable).map(({ length }) => length))
/** Columns before the message of a finding. */
const INDENT = 2 + widest + 2 + longest + 2
/** On a terminal of fewer columns the message stands below its check. */
const NARROW = 72
const NARROW_INDENT = 4

/** Formats what the doctor found for people: a line a finding by part, below each that is not ok how it was found and what mends it. */
export function doctorPage(checked: readonly Checked[], { width, stream }: PageOptions): string {
  const parts = [...Map.groupBy(checked, ({ name }) => doctorTable[name].part)]
  const text = parts.map(([part, ofPart]) => {
    const lines = ofPart.flatMap(({ name, findings }) =>
      findings.map((finding, at) => {
        // Several findings of a check were often found in one way.
        const isLast = finding.how !== findings[at + 1]?.how
        return findingText(at === 0 ? name : '', finding, { isLast, width, stream })
      }),
    )
    return `${part}\n${lines.join('')}`
  })
  return `${text.join('\n')}\n${summaryLine(checked)}`
}

type FindingOptions = PageOptions & {
  /** of those that were found in the same way */
  readonly isLast: boolean
}

function findingText(
  name: string,
  { verdict, message, how, hint }: Finding,
  { isLast, width, stream }: FindingOptions,
): string {
  const isNarrow = width !== undefined && width < NARROW
  const at = isNarrow ? NARROW_INDENT : INDENT
  const below = (label: string, text: string) => {
    const start = `${' '.repeat(at)}${label}`
    return `${start}${fill(escapeControls(text), { width, at: start.length, indent: start.length })}\n`
  }
  const styled = stream ? colour(styles[verdict], verdict.padEnd(widest), stream) : verdict.padEnd(widest)
  const head = `  ${styled}  ${name.padEnd(longest)}`
  const line = isNarrow
    ? `${head.trimEnd()}\n${below('', message)}`
    : `${head}  ${fill(escapeControls(message), { width, at, indent: at })}\n`
  if (verdict === 'ok') return line
  // A command stays whole, so that it can be copied.
  const isCommand = hint !== undefined && /^(miner|sudo|chmod|btcli) /.test(hint)
  const command = `${' '.repeat(at)}try: ${escapeControls(hint ?? '')}\n`
  const mend = hint === undefined ? '' : isCommand ? command : below('try: ', hint)
  return `${line}${mend}${isLast ? below('found: ', how) : ''}`
}

const styles = { ok: 'green', warning: 'yellow', fault: 'red', unknown: 'dim' } as const

/** Counts the findings by verdict. */
export function countVerdicts(checked: readonly Checked[]): Readonly<Record<Verdict, number>> {
  const findings = checked.flatMap(({ findings }) => findings)
  const count = (verdict: Verdict) => findings.filter(one => one.verdict === verdict).length
  return { fault: count('fault'), warning: count('warning'), unknown: count('unknown'), ok: count('ok') }
}

/** `2 faults, 1 warning, 3 unknown, 12 ok` */
function summaryLine(checked: readonly Checked[]): string {
  const counts = countVerdicts(checked)
  const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`
  return [
    plural(counts.fault, 'fault'),
    plural(counts.warning, 'warning'),
    `${counts.unknown} unknown`,
    `${counts.ok} ok`,
  ].join(', ')
}
