import { NoAnswer } from '../../../plugin/no-answer.js'
import { mostTelling } from '../health/faults.js'
import type { Health } from '../health/health.js'
import type { Target } from '../settings/target.js'

/** Why nobody can be asked in time: the most telling reason of those who rest, or that there is no time. */
export function whyNobody(targets: readonly Target[], health: Health): NoAnswer {
  const resting = targets.flatMap(target => {
    const why = health.why(target)
    return why ? [{ target, why }] : []
  })
  const why = mostTelling(resting.map(({ why }) => why))
  if (why === undefined)
    return new NoAnswer('late', 'there was no time left to ask a model', {
      code: 'MODEL_TIMEOUT',
      hint: 'callers who wait longer, or a faster model, leave more time',
    })
  const { endpoint } = resting.find(one => one.why === why)!.target
  const { reason, message, code, hint, misuse } = why
  const retryAfterMs = Math.ceil(msUntilAwake(targets, health))
  return new NoAnswer(
    // It failed by its silence, but this question has time.
    reason === 'late' ? 'upstream' : reason,
    `${endpoint.name} rests for ${Math.ceil(retryAfterMs / 1000)} s: ${message}`,
    { code, hint, misuse, retryAfterMs },
  )
}

/** Until the first of them may be asked. */
export function msUntilAwake(targets: readonly Target[], health: Health): number {
  return Math.min(...targets.map(target => health.msUntilAwake(target)))
}
