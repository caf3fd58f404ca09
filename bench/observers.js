import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runningAdmins } from '../dist/admin/running-ports.js'
import { ownFolder, serveWithoutChain } from './chain-servers.js'
import { dataFolder } from './contestants.js'
import { load } from './load.js'
import { signedRequests } from './requests.js'
import { median } from './starts.js'

/** 50,400 requests of each program in all. */
const REQUESTS = 7_200
const ROUNDS = 7
/** While the compilers are at work. */
const WARM_UP = 3_000
const SCRAPE_MS = 5_000

/**
 * Measures what the observers of `miner serve` cost: the processor time of its main thread a request, beside that of one
 * without them. Each round starts all programs anew, and they take turns in it, in another order than in the round before.
 *
 * @param programs by name: `flags` returns those of a data folder; `isWatched`: a dashboard has its event stream open, and
 *   Prometheus scrapes it. The first is the base.
 * @param use the flags of the miner
 * @returns by name: `usARequest`, the median of its rounds, and `ratio`, the median of the ratios to the base round by round
 */
export async function observers(env, programs, use) {
  const names = Object.keys(programs)
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) {
    const servers = []
    try {
      for (const name of names) servers.push([name, await start({ ...env, ...dataFolder() }, programs[name], use)])
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

/**
 * Starts an endpoint, and a file with the price of its model.
 *
 * @param measure called with the environment and the flags of a miner that asks it
 */
export async function withPricedModel(env, measure) {
  const folder = ownFolder(env)
  writeFileSync(join(folder, 'config.toml'), '[prices]\nbench = { input = 1, output = 2, maxOutput = 1000 }\n')
  const model = fork(new URL('chat-model.js', import.meta.url))
  try {
    const [port] = await once(model, 'message')
    const use = ['--use', 'openai', '--base-url', `http://127.0.0.1:${port}/v1`, '--model', 'bench', '--no-probe']
    return await measure({ ...env, MINER_CONFIG_DIR: folder }, use)
  } finally {
    model.disconnect()
  }
}

async function start(env, { flags = () => [], isWatched = false }, use) {
  const folder = ownFolder(env)
  const server = await serveWithoutChain(env, { folder, more: flags(folder), use })
  if (!isWatched) return server
  const watching = await watch(folder)
  return {
    ...server,
    async stop() {
      await watching.stop()
      await server.stop()
    },
  }
}

/** Reads the event stream of a miner, and scrapes its metrics, until it is stopped. */
async function watch(folder) {
  const [{ url, token }] = await runningAdmins(join(folder, 'admin'))
  const stopping = new AbortController()
  const get = async path => {
    const reply = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: stopping.signal,
    })
    if (!reply.ok) throw new Error(`${path}: ${reply.status}`)
    return reply
  }
  const events = await get('/api/events')
  const work = Promise.all([readAll(events.body), scrape(get, stopping.signal)])
  const ended = work.catch(error => {
    if (!stopping.signal.aborted) throw error
  })
  ended.catch(() => {}) // thrown by stop
  return {
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

async function readAll(stream) {
  for await (const _ of stream);
}

async function scrape(get, signal) {
  for (;;) {
    await (await get('/metrics')).text()
    await sleep(SCRAPE_MS, undefined, { signal })
  }
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
