import { readFileSync } from 'node:fs'
import { serveWithoutChain } from './chain-servers.js'
import { dataFolder } from './contestants.js'
import { load } from './load.js'
import { signedRequests } from './requests.js'
import { median } from './starts.js'

/** 50,400 requests of each program in all. */
const REQUESTS = 7_200
const ROUNDS = 7
/** While the compilers are at work. */
const WARM_UP = 3_000

/**
 * Measures what the observers of `miner serve` cost: the processor time of its main thread a request, beside that of one
 * without them. Each round starts all programs anew, and they take turns in it, in another order than in the round before.
 *
 * @param programs by name: flags; the first is the base
 * @returns by name: `usARequest`, the median of its rounds, and `ratio`, the median of the ratios to the base round by round
 */
export async function observers(env, programs) {
  const names = Object.keys(programs)
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) {
    const servers = []
    try {
      for (const name of names)
        servers.push([name, await serveWithoutChain({ ...env, ...dataFolder() }, { more: programs[name] })])
      for (const [, server] of servers) await send(server, WARM_UP)
      const turns = Object.fromEntries(names.map(name => [name, 0]))
      // In four parts each, so that a slow moment of the machine is one of all.
      for (let part = 0; part < 4; part++)
        for (const [name, server] of (round + part) % 2 === 0 ? servers : servers.toReversed()) {
          const before = mainThreadUs(server.pid)
          await send(server, REQUESTS / 4)
          turns[name] += (mainThreadUs(server.pid) - before) / REQUESTS
        }
      rounds.push(turns)
      console.log(JSON.stringify(turns, (_, value) => (typeof value === 'number' ? Number(value.toFixed(1)) : value)))
    } finally {
      for (const [, server] of servers) await server.stop()
    }
  }
  const [base] = names
  return Object.fromEntries(
    names.map(name => [
      name,
      {
        usARequest: Number(median(rounds.map(turns => turns[name])).toFixed(1)),
        ratio: Number(median(rounds.map(turns => turns[name] / turns[base])).toFixed(3)),
      },
    ]),
  )
}

async function send({ port }, count) {
  const { statuses } = await load({ port, requests: signedRequests(count), connections: 32 })
  if (Object.keys(statuses).join() !== '200') throw new Error(JSON.stringify(statuses))
}

/** The processor time of the main thread of a process, in microseconds, as Linux's scheduler counts it. */
function mainThreadUs(pid) {
  const [nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')
  return Number(nanoseconds) / 1000
}
