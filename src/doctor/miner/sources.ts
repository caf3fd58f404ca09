import type { Check } from '../../plugin/miner.js'
import { type Finding, findingsBy } from '../check.js'

/** Turns what a miner's `check` found into findings, one for each source of answers, and one for each of its notes. */
export function checkSources(checks: readonly Check[]): readonly Finding[] {
  const { ok, warning } = findingsBy('asked each endpoint and key one tiny question (miner check)')
  const noneWorks = checks.every(({ problem }) => problem)
  return checks.flatMap(({ name, problem, notes = [], findings }) => {
    const first: Finding = problem
      ? {
          verdict: noneWorks ? 'fault' : 'warning',
          code: problem.code,
          message: problem.message.includes(name) ? problem.message : `${name}: ${problem.message}`,
          how: 'asked each endpoint and key one tiny question (miner check)',
          ...(problem.hint !== undefined && { hint: problem.hint }),
        }
      : ok(`${name} answers${timesText(findings)}`)
    return [first, ...notes.map(note => warning('SOURCE_NOTE', `${name}: ${note}`))]
  })
}

function timesText({ firstToken, total }: Check['findings']): string {
  const parts = [
    ...(typeof firstToken === 'number' ? [`first token after ${Math.round(firstToken)} ms`] : []),
    ...(typeof total === 'number' ? [`done after ${Math.round(total)} ms`] : []),
  ]
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`
}
