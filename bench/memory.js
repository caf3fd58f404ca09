// What `miner serve` holds when it is idle, and after many requests.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { serveWithoutChain } from './chain-servers.js'
import { ownFolders } from './contestants.js'
import { load } from './load.js'
import { signedRequests } from './requests.js'

/** What is signed at a time: a signature is good for a minute. */
const BATCH = 20_000

/** After these, what the axon remembered of its requests has expired. */
const EXPIRY_MS = 70_000

/** How long it takes `serve` to be ready, and idle. */
const SETTLING_MS = 3_000

/**
 * Loads `miner serve` over 32 connections, and prints megabytes: `resident` before a collection is forced, then what each
 * thread holds after it (`all` together).
 *
 * @param requests how many; `semiSpaceMB`: of the young generation of each thread
 * @returns a row at the start (`idle`), after a fifth of the requests (`early`), and after all (`late`)
 */
export async function memoryOfServe({ requests, semiSpaceMB }) {
  const node = [`--max-semi-space-size=${semiSpaceMB}`, '--import', './bench/thread-memory.js']
  const server = await serveWithoutChain(ownFolders, { node })
  try {
    await sleep(SETTLING_MS)
    const idle = await row(server, 0)
    await send(server, requests / 5)
    const early = await row(server, requests / 5)
    await send(server, (requests / 5) * 4)
    return { idle, early, late: await row(server, requests) }
  } finally {
    await server.stop()
  }
}

async function row({ pid, port, memory }, requests) {
  const resident = residentMB(pid)
  if (requests > 0) {
    await sleep(EXPIRY_MS)
    await send({ port }, 100) // so that the axon forgets
  }
  const { heaps } = await memory()
  const all = Object.values(heaps).reduce((sum, heap) => sum + heap, 0)
  const figures = Object.entries({ resident, ...heaps, all }).map(([name, MB]) => [name, Number(MB.toFixed(1))])
  console.log(JSON.stringify({ requests, ...Object.fromEntries(figures) }))
  return { resident, all }
}

async function send({ port }, count) {
  for (let sent = 0; sent < count; sent += BATCH) {
    const requests = signedRequests(Math.min(BATCH, count - sent))
    const { statuses } = await load({ port, requests, connections: 32 })
    if (Object.keys(statuses).join() !== '200') throw new Error(JSON.stringify(statuses))
  }
}

function residentMB(pid) {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(kilobytes) / 1000
}
