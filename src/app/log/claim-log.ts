import type { Axon } from '../../axon/serve-axon.js'
import type { Log } from '../../plugin/log.js'

const SUM_MS = 60_000
/** How many pairs of hotkey and address a record names. */
const MAX_CLAIMS = 10

/** Logs once a minute, and when it is disposed, whose hotkeys were named without their key, from where and how often. */
export function logForgedClaims(log: Log, { claims }: Pick<Axon, 'claims'>): Disposable {
  const sumUp = () => {
    const sum = claims.takeNew()
    if (!sum) return
    const named = sum.claims.slice(0, MAX_CLAIMS).map(({ lastAt: _, ...claim }) => claim)
    const unnamed = sum.claims.slice(MAX_CLAIMS).reduce((count, one) => count + one.forged + one.unchecked, sum.others)
    log.warn({ event: 'claimsForged', seconds: SUM_MS / 1000, claims: named, ...(unnamed > 0 && { unnamed }) })
  }
  // Periodic, so neither `withTimeout` nor `timeoutSignal`.
  const timer = setInterval(sumUp, SUM_MS).unref()
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      sumUp()
    },
  }
}
