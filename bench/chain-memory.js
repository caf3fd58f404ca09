import { serveOnChain, startNode } from './chain-servers.js'

const REFRESHES = 60
/** What the miner waits at least between two refreshes. */
const REFRESH_SECONDS = 10

/**
 * Measures what each thread of `miner serve` holds, after a garbage collection, while it reads a metagraph of 1,024 neurons
 * 60 times. Prints a line for each ten.
 *
 * @param pause seconds from one refresh to the next
 * @returns the megabytes that each thread holds more at the end than at its least before, `all` of them together, and those
 *   `resident`: more than after the first refresh, a leak could hide behind the code that V8 discards meanwhile
 */
export async function chainMemory({ env, pause = REFRESH_SECONDS }) {
  // Ten blocks for each refresh: with five the miner measures how long a block takes, and knows when the epoch ends.
  const node = await startNode({ spec: 381, blockMs: pause * 100, hasEpochs: true })
  let refreshes = 0
  let refreshed = Promise.withResolvers()
  const watch = ({ event }) => {
    if (event !== 'metagraphRead') return
    refreshes++
    refreshed.resolve()
    refreshed = Promise.withResolvers()
  }
  const more = ['--log-level', 'debug']
  const server = await serveOnChain({ url: node.url, env, speed: REFRESH_SECONDS / pause, watch, more })
  try {
    const start = refreshes // the one of the start
    const rows = []
    for (const after of [1, 10, 20, 30, 40, 50, REFRESHES]) {
      while (refreshes < start + after) await refreshed.promise
      const { heaps, rss } = await server.memory()
      const all = Object.values(heaps).reduce((sum, heap) => sum + heap, 0)
      rows.push({ ...heaps, all, resident: rss })
      console.log(JSON.stringify({ refreshes: after, MB: each(rows.at(-1), rounded) }))
    }
    return each(rows.at(-1), (MB, name) => rounded(MB - Math.min(...rows.map(row => row[name]))))
  } finally {
    await server.stop()
    await node.stop()
  }
}

function each(values, change) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]))
}

function rounded(MB) {
  return Number(MB.toFixed(2))
}
