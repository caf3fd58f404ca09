// The axon beside other servers: all of them alive, rounds in turn.

import { axons, start } from './contestants.js'
import { bindSelf, cores } from './cores.js'
import { load } from './load.js'
import { ratioOf, shown } from './spread.js'
import { median } from './starts.js'
import { loadByWrk, requireWrk } from './wrk.js'

const ROUNDS = 7

/** Rounds in which the compilers are at work. */
const WARM_UPS = 2

/** Of each round over 32 connections. */
const SECONDS = 2

/**
 * Measures each server that is installed, over one connection by load.js and over 32 by wrk.
 *
 * @param isPinned whether servers and generators have a core each
 * @returns by server, the rounds
 * @throws MissingTool when wrk is not there
 */
export async function measureAxons({ isPinned }) {
  requireWrk()
  using _ = isPinned ? bindSelf(cores.generator) : null
  const servers = []
  try {
    for (const axon of axons()) {
      const core = isPinned ? cores.server : null
      servers.push({ ...axon, ...(await start(axon, { core })), rounds: [] })
    }
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      for (const server of startingAt(round + WARM_UPS, servers)) {
        const figures = await measure(server)
        if (round >= 0) server.rounds.push(figures)
      }
    }
  } finally {
    for (const { stop } of servers) await stop()
  }
  return Object.fromEntries(servers.map(({ name, rounds }) => [name, rounds]))
}

/** The medians of the rounds of each server, and its requests a second as a ratio to those of the base. */
export function tableOf(results, base) {
  const rows = Object.entries(results).map(([name, rounds]) => {
    const of = pick => Number(median(rounds.map(pick)).toPrecision(3))
    const figures = {
      'p50 ms at 1': of(({ one }) => one.p50),
      'p99 ms at 1': of(({ one }) => one.p99),
      'requests/s at 32': of(({ many }) => many.perSecond),
      'p99 ms at 32': of(({ many }) => many.p99),
    }
    return [name, { ...figures, 'of the first': shown(compared(results, name, base, ({ many }) => many.perSecond)) }]
  })
  return Object.fromEntries(rows)
}

/** One figure of a server beside that of another one; see ratioOf. */
export function compared(results, name, base, pick) {
  return ratioOf(results[name].map(pick), results[base].map(pick))
}

async function measure(server) {
  const { port, name, signed } = server
  const one = await load({ port, requests: signed(Math.ceil(server.perSecond / 4)), connections: 1 })
  if (Object.keys(one.statuses).join() !== '200') throw new Error(`${name}: ${JSON.stringify(one.statuses)}`)
  let many = null
  while (many === null) {
    const requests = signed(server.perSecond * SECONDS)
    many = await loadByWrk({ port, requests, connections: 32, seconds: SECONDS })
    // The next requests should suffice, and signing many more would take longer than the round.
    server.perSecond = Math.ceil(
      many === null ? server.perSecond * 2 : Math.max(server.perSecond, many.perSecond * 1.3),
    )
  }
  return { one, many }
}

/** The turns change, so that a server does not always follow the same one or come first. */
function startingAt(at, all) {
  const first = at % all.length
  return [...all.slice(first), ...all.slice(0, first)]
}
