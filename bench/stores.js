import { setTimeout as sleep } from 'node:timers/promises'
import { serveWithoutChain } from './chain-servers.js'
import { median } from './starts.js'
import { medians, turn } from './turns.js'

const TURNS = 21

/**
 * Measures `miner serve` over 32 connections, with its spent nonces in memory and on disk. The two alternate in short turns,
 * so that a slow moment of the machine affects both.
 *
 * @returns by store: the medians of the requests a second, of the p99 in milliseconds, and of the processor time in
 *   microseconds that all threads of the miner take for a request; `disk`: the medians over the turns of the ratios of both to
 *   those in memory
 */
export async function stores(env) {
  const memory = await serveWithoutChain({ ...env, MINER_AXON_STORE: 'memory' })
  const disk = await serveWithoutChain({ ...env, MINER_AXON_STORE: 'disk' })
  const turns = { memory: [], disk: [] }
  try {
    await sleep(4500) // until the store on disk takes nonces
    for (let round = -3; round < TURNS; round++) {
      // Each goes first in every other round.
      const order = round % 2 ? { memory, disk } : { disk, memory }
      for (const [name, server] of Object.entries(order)) {
        const result = await turn(server)
        if (round >= 0) turns[name].push(result) // the first warm up the compilers
      }
    }
  } finally {
    await memory.stop()
    await disk.stop()
  }
  const of = name => median(turns.disk.map((run, at) => run[name] / turns.memory[at][name]))
  return {
    turns: { memory: medians(turns.memory), disk: medians(turns.disk) },
    disk: { perSecond: of('perSecond'), processor: of('usARequest') },
  }
}
