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

/**
 * Compares two programs, of which the first is the base. Both run in turns of both orders, since the second one finds the
 * machine as the first has left it. Each pair of processes is started anew, in both orders: of the same program, one process is
 * by chance some percent faster than the next one, for as long as it lives.
 *
 * @param programs by name: a function that starts one, in a data folder of its own
 * @returns `turns`: the medians of each by name; `ratio`: the medians of the ratios of both to the base, turn by turn
 */
export async function besideEachOther(programs) {
  const turns = Object.fromEntries(Object.keys(programs).map(name => [name, []]))
  for (let pair = 0; pair < PAIRS; pair++) {
    const servers = []
    try {
      for (const [name, start] of inOrder(Object.entries(programs), pair)) servers.push([name, await start()])
      for (let round = -WARM_UPS; round < ROUNDS; round++) {
        for (const [name, server] of inOrder(servers, round)) {
          const result = await turn(server)
          if (round >= 0) turns[name].push(result)
        }
      }
    } finally {
      for (const [, server] of servers) await server.stop()
    }
  }
  const [base, other] = Object.values(turns)
  return {
    turns: Object.fromEntries(Object.entries(turns).map(([name, runs]) => [name, medians(runs)])),
    ratio: ratios(other, base),
  }
}

const PAIRS = 6
const ROUNDS = 6

/** Turns in which the compilers are at work. */
const WARM_UPS = 2

function inOrder(pair, at) {
  return at % 2 === 0 ? pair : pair.toReversed()
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
