import type { Check } from '../../plugin/miner.js'
import { type Finding, findingsBy } from '../check.js'

/** Tells that the axon asks more at once than a source answers; undefined: it does not. @param asked `axon.concurrency` */
export function tooManyAtOnce(concurrency: number | undefined, asked: number): string | undefined {
  if (concurrency === undefined || concurrency >= asked) return undefined
  const questions = concurrency === 1 ? 'one question' : `${concurrency} questions`
  return `answers ${questions} at once, but --concurrency is ${asked}: further questions wait there, and may be late`
}

/** Checks that the servers of the models answer as many questions at once as the axon lets in. */
export function checkSlots(checks: readonly Check[], asked: number): readonly Finding[] {
  const { ok, unknown, warning } = findingsBy('what each server says of its slots (miner check)')
  const working = checks.filter(({ problem }) => !problem)
  if (working.length === 0) return []
  const known = working.filter(({ concurrency }) => concurrency !== undefined)
  const found = known.flatMap(({ name, concurrency }) => {
    const message = tooManyAtOnce(concurrency, asked)
    if (message === undefined) return []
    return [warning('SLOTS_FEW', `${name} ${message}`, `--concurrency ${concurrency}, or ${MORE_SLOTS}`)]
  })
  if (found.length > 0) return found
  if (known.length === 0)
    return [unknown(`no server tells how many questions it answers at once; --concurrency is ${asked}`)]
  return [
    ok(
      `${known.map(({ name, concurrency }) => `${name} answers ${concurrency}`).join(', ')}; --concurrency is ${asked}`,
    ),
  ]
}

export const MORE_SLOTS = 'start the server with more slots'
