import { load } from './load.js'
import { processorMs } from './processor.js'
import { signedRequests } from './requests.js'
import { median } from './starts.js'

/** How many requests a turn sends. */
export const REQUESTS = 2000

/**
 * Loads a server in a short turn, over 32 connections. Servers that alternate in such turns suffer alike from a slow moment of
 * the machine.
 *
 * @returns the requests a second, the p99 in milliseconds, and the processor time in microseconds that all threads of the
 *   server take for a request
 */
export async function turn({ port, pid }) {
  const requests = signedRequests(REQUESTS)
  const before = processorMs(pid)
  const { perSecond, p99, statuses } = await load({ port, requests, connections: 32 })
  if (Object.keys(statuses).join() !== '200') throw new Error(JSON.stringify(statuses))
  return { perSecond, p99, usARequest: ((processorMs(pid) - before) * 1000) / REQUESTS }
}

/** How long one turn took, in seconds. */
export function secondsOf({ perSecond }) {
  return REQUESTS / perSecond
}

/** The medians of each figure of the turns. */
export function medians(turns) {
  const names = Object.keys(turns[0])
  return Object.fromEntries(names.map(name => [name, Number(median(turns.map(turn => turn[name])).toPrecision(4))]))
}

/** The medians of the ratios to the turn before. */
export function ratios(turns, bases) {
  const of = name => median(turns.map((turn, at) => turn[name] / bases[at][name]))
  return { perSecond: of('perSecond'), processor: of('usARequest') }
}
