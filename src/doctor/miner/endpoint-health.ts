import type { EndpointHealth } from '../../plugin/miner.js'
import { agoText, spanText } from '../../text/span.js'
import { type Finding, findingsBy } from '../check.js'

/** An endpoint of a miner that runs, with the error that it returned last. */
export type LiveEndpoint = EndpointHealth & { readonly lastError?: { readonly code: string; readonly at: number } }

/**
 * Finds the endpoints that a running miner does not ask at present: their breaker is open, or all their keys rest.
 *
 * @param now epoch milliseconds, by the clock of the miner
 */
export function checkEndpointHealth(
  endpoints: readonly LiveEndpoint[],
  { how, now, check }: { readonly how: string; readonly now: number; readonly check: string },
): readonly Finding[] {
  const { warning, fault } = findingsBy(how)
  const found = endpoints.flatMap(one => {
    const why = whyUnasked(one, now)
    return why === null ? [] : [{ one, why }]
  })
  const bad = found.length === endpoints.length ? fault : warning
  return found.map(({ one, why }) =>
    bad('ENDPOINT_RESTS', `the miner that runs does not ask ${one.endpoint}: ${why}`, check),
  )
}

function whyUnasked({ breaker, failures, restMs, keys, lastError }: LiveEndpoint, now: number): string | null {
  if (breaker === 'open') {
    const last = lastError ? `, the last with ${lastError.code} ${agoText(lastError.at, now)}` : ''
    return `${failures} attempts failed in a row${last}; it tries again in ${spanText(restMs)}`
  }
  if (keys.length === 0 || keys.some(key => key.restMs === 0)) return null
  const codes = [...new Set(keys.flatMap(({ code }) => code ?? []))]
  const why = codes.length === 0 ? '' : ` after ${codes.join(', ')}`
  const which = keys.length === 1 ? 'its key rests' : `all its ${keys.length} keys rest`
  return `${which}${why}, for another ${spanText(Math.min(...keys.map(key => key.restMs)))}`
}
