import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { serveOnChain, serveWithoutChain, startNode } from './chain-servers.js'
import { median } from './starts.js'
import { medians, ratios, secondsOf, turn } from './turns.js'

const SPECS = [381, 240]
const ROUNDS = 5
const LOADS = 21
const REFRESHED = 'SubnetInfoRuntimeApi_get_selective_mechagraph'

/**
 * Measures how long the miner takes to read a metagraph of 1,024 neurons from a node on loopback, and the memory that this
 * takes, beside the same requests over `ws` without decoding the answers. The ways alternate, each time in a new process.
 *
 * @returns by runtime and way: medians in milliseconds of the connection (`connectMs`), of the first read over it
 *   (`firstMs`), of one later (`warmMs`), and of the fastest of these; megabytes of the whole process that these take, until
 *   the first read (`firstMB`) and until the last of 20 more (`warmMB`)
 */
export async function syncs() {
  const rows = {}
  for (const spec of SPECS) {
    const node = await startNode({ spec, blockMs: 100 })
    try {
      const { sent } = await sync('here', node.url)
      const rounds = { thread: [], here: [], bare: [] }
      for (let round = 0; round < ROUNDS; round++)
        for (const way of Object.keys(rounds)) rounds[way].push(await sync(way, node.url, sent))
      for (const [way, runs] of Object.entries(rounds)) rows[`${spec} ${way}`] = middle(runs)
    } finally {
      await node.stop()
    }
  }
  return rows
}

async function sync(way, url, sent) {
  const args = ['bench/chain-sync.js', way, url, JSON.stringify(sent ?? [])]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout)
}

function middle(runs) {
  const of = pick => Math.round(median(runs.map(pick)))
  return {
    connectMs: of(({ connectedMs }) => connectedMs),
    firstMs: of(({ firstMs }) => firstMs),
    firstFastestMs: Math.round(Math.min(...runs.map(({ firstMs }) => firstMs))),
    warmMs: of(({ warmMs }) => median(warmMs)),
    warmFastestMs: Math.round(Math.min(...runs.flatMap(({ warmMs }) => warmMs))),
    firstMB: of(({ rssBefore, rssFirst }) => rssFirst - rssBefore),
    warmMB: of(({ rssBefore, rssWarm }) => rssWarm - rssBefore),
  }
}

/**
 * Measures `miner serve` over 32 connections: without a chain, with the standings of 1,024 neurons, and while it reads them
 * again, a second after it had read them. These alternate in short turns, so that a slow moment of the machine affects all of
 * them; the last two are the same process.
 *
 * @returns by name: the medians of the requests a second, of the p99 in milliseconds, and of the processor time in
 *   microseconds that all threads of the miner take for a request; `lookUp` and `refresh`: the medians over the rounds of
 *   the ratios to the turn before; the refreshes a second
 */
export async function standingsUnderLoad(env) {
  const node = await startNode({ spec: 381, blockMs: 1000, hasEpochs: true })
  const plain = await serveWithoutChain(env)
  const chained = await serveOnChain({ url: node.url, env, speed: 10, isStopped: true })
  const turns = { 'no chain': [], '1,024 standings': [], 'read each second': [] }
  const refreshes = async () => (await node.calls())[REFRESHED]
  let refreshed = 0
  let seconds = 0
  try {
    await sleep(6000) // five blocks measure how long one takes: then each refresh is due as soon as one may be, after 10 s
    chained.kill('SIGUSR2')
    for (const before = await refreshes(); (await refreshes()) === before; ) await sleep(100)
    chained.kill('SIGUSR2')
    for (let round = -2; round < LOADS; round++) {
      const base = await turn(plain)
      const standings = await turn(chained)
      const before = await refreshes()
      chained.kill('SIGUSR2')
      const refreshing = await turn(chained)
      chained.kill('SIGUSR2')
      if (round < 0) continue // warms up the compilers
      refreshed += (await refreshes()) - before
      seconds += secondsOf(refreshing)
      for (const [at, result] of [base, standings, refreshing].entries()) Object.values(turns)[at].push(result)
    }
  } finally {
    await plain.stop()
    await chained.stop()
    await node.stop()
  }
  const [base, standings, refreshing] = Object.values(turns)
  return {
    turns: Object.fromEntries(Object.entries(turns).map(([name, runs]) => [name, medians(runs)])),
    lookUp: ratios(standings, base),
    refresh: ratios(refreshing, standings),
    refreshesPerSecond: refreshed / seconds,
  }
}
