import type { Check } from '../../plugin/miner.js'
import { spanText } from '../../text/span.js'
import { type Finding, findingsBy } from '../check.js'

/** How long validators wait for an answer, less the margin that the axon keeps. */
export type AnswerTime = {
  readonly ms: number
  /** whose time-out that is, and what cuts it: `synapse Prompting, 12 s` */
  readonly of: string
  /** `axon.partial` is `cut`: an answer that is late is cut, not lost */
  readonly cuts: boolean
}

/** A whole answer, as long as the settings allow. */
export type MeasuredAnswer = {
  /** null: nothing came */
  readonly firstMs: number | null
  readonly ms: number
  /** whether it ended by itself before it was given up */
  readonly isWhole: boolean
}

/** How many answers of the last hour came too late. */
export type LateAnswers = {
  /** who tells it: `the state file of the miner that runs` */
  readonly by: string
  /** of which the caller got nothing */
  readonly late: number
  /** cut by their deadline; they are answered, too */
  readonly cut: number
  readonly answered: number
}

/** Checks the deadline against one whole answer. */
export function checkSpeed({ firstMs, ms, isWhole }: MeasuredAnswer, deadline: AnswerTime): Finding {
  const { ok, warning, fault } = findingsBy('asked the miner one question, and waited for the whole answer (--ask)')
  const took = `a whole answer took ${seconds(ms)}, and validators wait ${seconds(deadline.ms)} (${deadline.of})`
  if (firstMs === null || firstMs > deadline.ms)
    return fault(
      'ANSWER_LATE',
      firstMs === null
        ? `no word of an answer came within ${seconds(ms)}, and validators wait ${seconds(deadline.ms)} (${deadline.of})`
        : `the first word came after ${seconds(firstMs)}, and ${took}`,
      FASTER,
    )
  if (isWhole && ms <= deadline.ms) return ok(`${took}; the first word came after ${seconds(firstMs)}`)
  const message = isWhole
    ? took
    : `a whole answer takes longer than ${seconds(ms)}, and validators wait ${seconds(deadline.ms)} (${deadline.of})`
  return deadline.cuts
    ? warning('ANSWER_CUT', `${message}, so that answers are cut`, FASTER)
    : fault('ANSWER_LATE', `${message}, and --partial never sends no part of it`, FASTER)
}

/** What is known of the speed without another question. */
export type KnownSpeed = {
  readonly late: LateAnswers | null
  readonly checks: readonly Check[]
  /** the command that measures it */
  readonly ask: string
}

/** Tells of the speed what is known without another question: of the last hour, and of the tiny answers of `check`. */
export function guessSpeed({ late, checks, ask }: KnownSpeed, deadline: AnswerTime): Finding {
  if (late && late.late + late.cut > 0) return lateFinding(late)
  const { unknown, fault } = findingsBy('the tiny answers of miner check')
  const totals = checks.flatMap(({ problem, findings: { total } }) =>
    !problem && typeof total === 'number' ? [total] : [],
  )
  const fastest = Math.min(...totals)
  if (totals.length > 0 && fastest > deadline.ms)
    return fault(
      'ANSWER_LATE',
      `even a tiny answer took ${seconds(fastest)}, and validators wait ${seconds(deadline.ms)} (${deadline.of})`,
      FASTER,
    )
  const tiny = totals.length > 0 ? `; a tiny answer took ${seconds(fastest)}` : ''
  return unknown(
    `validators wait ${seconds(deadline.ms)} (${deadline.of}), and no whole answer was measured${tiny}`,
    ask,
  )
}

function lateFinding({ by, late, cut, answered }: LateAnswers): Finding {
  const { warning, fault } = findingsBy(by)
  if (late === 0)
    return warning('ANSWER_CUT', `${cut} of the ${answered} answers of the last hour were cut at the deadline`, FASTER)
  const cuts = cut === 0 ? '' : `, of which ${cut} were cut at the deadline`
  const message = `${late} answers of the last hour came too late, and ${answered} in time${cuts}`
  return answered === 0 ? fault('ANSWER_LATE', message, FASTER) : warning('ANSWER_LATE', message, FASTER)
}

const FASTER = 'a faster model or server, fewer tokens (--max-tokens), or less at once (--concurrency)'

function seconds(ms: number): string {
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : spanText(ms)
}
