import { readFileSync } from 'node:fs'
import { load } from './load.js'
import { signedRequests } from './requests.js'
import { median } from './starts.js'

/** The requests of one turn. */
export const REQUESTS = 2000

/**
 * Sends one turn of requests over 32 connections.
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

/** Of all threads of a process; Linux counts it in hundredths of a second. */
function processorMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Returns the medians of turns. */
export function medians(runs) {
  const names = Object.keys(runs[0])
  return Object.fromEntries(names.map(name => [name, Number(median(runs.map(run => run[name])).toPrecision(4))]))
}

/** Returns the medians over the rounds of the ratios to the turns of the same rounds. */
export function ratios(runs, bases) {
  const of = name => median(runs.map((run, at) => run[name] / bases[at][name]))
  return { perSecond: of('perSecond'), processor: of('usARequest') }
}
