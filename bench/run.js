// Measures the axon beside its baselines, all in one run on one machine: prints tables, and writes bench/results/latest.json.
// `npm run bench -- NAME` measures one thing alone, and writes nothing; README.md lists the names.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { attacks } from './attacks.js'
import { standingsUnderLoad, syncs } from './chain.js'
import { chainMemory } from './chain-memory.js'
import { fairness } from './fairness.js'
import { goal, pluginGoals, reportGoals, storeGoals, streamGoals } from './goals.js'
import { imports } from './imports.js'
import { load } from './load.js'
import { pluginStarts } from './plugin-starts.js'
import { queue } from './queue.js'
import { ratesUnderLoad } from './rates.js'
import { callers, signedRequests, unsignedRequests } from './requests.js'
import { startServer } from './server.js'
import { sharesOfRequests } from './shares.js'
import { median, starts } from './starts.js'
import { stores } from './stores.js'
import { streams } from './streams.js'

const ROUNDS = 3
const home = mkdtempSync(join(tmpdir(), 'miner-bench-'))
const ownFolders = {
  PATH: process.env.PATH,
  HOME: home,
  MINER_CONFIG_DIR: home,
  MINER_DATA_DIR: home,
  MINER_CACHE_DIR: home,
  // That on disk refuses for its first 4 s; `stores` compares the two.
  MINER_AXON_STORE: 'memory',
}

const allow = callers.map(({ address }) => address).join()
const miner = ['bin/run.js', 'serve', '--network', 'none', '--axon-host', '127.0.0.1', '--axon-port', '0']
const wallet = ['--wallet-path', 'test/fixtures/wallets', '--wallet-name', 'plain'] // //Bob
const bare = { name: 'node:http echo', command: process.execPath, args: ['bench/baseline.js'], count: 20_000 }
const checked = {
  name: 'node:http echo, 1 check',
  command: process.execPath,
  args: ['bench/baseline.js', 'check'],
  count: 10_000,
}
const ours = {
  name: 'miner serve',
  command: process.execPath,
  args: [...miner, '--use', 'echo', ...wallet],
  count: 10_000,
}
const sdks = ['7.4.0', '10.4.1'].map(version => ({
  name: `SDK ${version} axon`,
  python: `.interop/${version}/bin/python`,
  count: 600,
}))

try {
  if (process.argv[2] === 'streams') await streamsAlone()
  else if (process.argv[2] === 'plugins') await pluginsAlone()
  else if (process.argv[2] === 'imports') console.table(await imports(ownFolders))
  else if (process.argv[2] === 'shares') await sharesAlone()
  else if (process.argv[2] === 'chain') await chainAlone()
  else if (process.argv[2] === 'stores') await storesAlone()
  else if (process.argv[2] === 'chain-memory') await chainMemoryAlone()
  else if (process.argv[2] === 'queue') await queueAlone()
  else if (process.argv[2] === 'fairness') await fairnessAlone()
  else if (process.argv[2] === 'attacks') await attacksAlone()
  else if (process.argv[2] === 'rates') await ratesAlone()
  else await compare()
} finally {
  rmSync(home, { recursive: true, force: true })
}

async function compare() {
  const contestants = [bare, checked, ours, ...sdks.filter(({ python }) => existsSync(python))]
  const results = Object.fromEntries(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const contestant of contestants) results[contestant.name].push(await measure(contestant))
  }
  const summary = Object.fromEntries(Object.entries(results).map(([name, rounds]) => [name, middle(rounds)]))
  const nonces = JSON.parse(execFileSync(process.execPath, ['--expose-gc', 'bench/nonces.js']))
  report({
    summary,
    nonces,
    started: await starts(ownFolders),
    plugged: await pluginStarts(),
    streamed: await streams(serveModel),
    stored: await stores(ownFolders),
  })
}

async function streamsAlone() {
  const streamed = await streams(serveModel)
  console.table(streamed)
  reportGoals(streamGoals(streamed))
}

/** Measures what the bookkeeping of shares costs of a request. */
async function sharesAlone() {
  const cost = await sharesOfRequests(() => start(ours))
  console.table([cost])
  reportGoals([goal('bookkeeping of shares, of the processor time of a request', cost.ratio, '<=', 0.05)])
}

async function chainAlone() {
  const synced = await syncs()
  console.table(synced)
  const { turns, lookUp, refresh, refreshesPerSecond } = await standingsUnderLoad(ownFolders)
  console.table(turns)
  console.log(`refreshes a second: ${refreshesPerSecond.toFixed(2)}`)
  reportGoals([
    goal('ms to read 1,024 neurons once connected, at best', synced['381 thread'].firstFastestMs, '<=', 100),
    ...[381, 240].map(spec =>
      goal(
        `times the bare requests, to read 1,024 neurons again on runtime ${spec}`,
        synced[`${spec} thread`].warmFastestMs / synced[`${spec} bare`].warmFastestMs,
        '<=',
        5,
      ),
    ),
    goal('MB resident for the chain, its thread included', synced['381 thread'].warmMB, '<=', 100),
    goal('requests a second with 1,024 standings, of those without a chain', lookUp.perSecond, '>=', 0.95),
    goal('processor time of a request with 1,024 standings, of that without a chain', lookUp.processor, '<=', 1.05),
    goal('requests a second while they are read each second, of those without reading', refresh.perSecond, '>=', 0.7),
    goal('processor time of a request while they are read each second, likewise', refresh.processor, '<=', 1.2),
  ])
}

async function queueAlone() {
  const { turns, shared } = await queue(ownFolders)
  console.table(turns)
  reportGoals([
    goal('requests a second with shared places, of those in the order of arrival', shared.perSecond, '>=', 0.95),
    goal('processor time of a request with shared places, likewise', shared.processor, '<=', 1.05),
  ])
}

async function fairnessAlone() {
  const { values } = parseArgs({ args: process.argv.slice(3), options: { greedy: { type: 'string', default: '1' } } })
  const { table, worst } = await fairness({ greedy: Number(values.greedy) })
  console.table(table)
  reportGoals([
    goal(
      `% of the questions of each patient validator that get a place, ${worst.before} before`,
      worst.after,
      '>=',
      50,
    ),
  ])
}

async function storesAlone() {
  const { turns, disk } = await stores(ownFolders)
  console.table(turns)
  reportGoals(storeGoals(disk))
}

async function ratesAlone() {
  const { turns, cost } = await ratesUnderLoad(ownFolders)
  console.table(turns)
  reportGoals([
    goal('requests a second with a rate for each caller, of those without rates', cost.perSecond, '>=', 0.95),
    goal('processor time of a request with a rate for each caller, of that without rates', cost.processor, '<=', 1.05),
  ])
}

async function chainMemoryAlone() {
  const { values } = parseArgs({ args: process.argv.slice(3), options: { pause: { type: 'string', default: '10' } } })
  const { resident, ...grown } = await chainMemory({ env: ownFolders, pause: Number(values.pause) })
  console.table({ ...grown, resident })
  const goals = Object.entries(grown).map(([name, MB]) =>
    goal(`MB more in the heap after 60 refreshes of 1,024 neurons: ${name}`, MB, '<=', 2),
  )
  reportGoals(goals)
}

async function attacksAlone() {
  const servers = { [checked.name]: () => start(checked), [ours.name]: () => start(ours) }
  const rows = await attacks(servers)
  const rounded = rows.map(row =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'number' ? Number(value.toPrecision(3)) : value,
      ]),
    ),
  )
  console.table(rounded)
  const of = (server, attack) => rows.find(row => row.server === server && row.attack === attack)
  reportGoals([
    goal('questions of the good caller that were not answered, under slow', of(ours.name, 'slow').failed, '<=', 0),
    goal('the same, under unsigned', of(ours.name, 'unsigned').failed, '<=', 0),
    goal('p99 of the good caller under slow, of that alone', of(ours.name, 'slow').ratio, '<=', 10),
    goal(
      'p99 of the good caller under unsigned, of that on the bare server',
      of(ours.name, 'unsigned').p99 / of(checked.name, 'unsigned').p99,
      '<=',
      2,
    ),
  ])
}

async function pluginsAlone() {
  const plugged = await pluginStarts()
  console.table(plugged)
  reportGoals(pluginGoals(plugged))
}

/** Starts `miner serve` for the model at a base URL, with a port that reports its memory. */
async function serveModel(baseUrl) {
  const door = new URL('../test/support/memory-door.ts', import.meta.url).href
  return await start({
    name: 'miner serve, streaming',
    command: process.execPath,
    args: [...miner, ...wallet, '--concurrency', '256', '--no-probe'],
    more: { MINER_OPENAI_BASE_URL: baseUrl, NODE_OPTIONS: `--import ${door}` },
  })
}

/** Measures one server: warms it up, then loads it over 1 and 32 connections, then with unsigned requests. */
async function measure(contestant) {
  const server = await start(contestant)
  try {
    const { port, pid } = server
    const rssBefore = resident(pid)
    await load({ port, requests: signedRequests(Math.min(4000, contestant.count)), connections: 8 })
    const one = await load({ port, requests: signedRequests(contestant.count / 4), connections: 1 })
    const many = await load({ port, requests: signedRequests(contestant.count), connections: 32 })
    const unsigned = await load({ port, requests: unsignedRequests(contestant.count), connections: 32 })
    for (const { statuses } of [one, many]) {
      if (Object.keys(statuses).join() !== '200') throw new Error(`${contestant.name}: ${JSON.stringify(statuses)}`)
    }
    return { one, many, unsigned, rssBefore, rssAfter: resident(pid) }
  } finally {
    await server.stop()
  }
}

function start({ name, command, args, python, more = {} }) {
  const pythonArgs = ['-W', 'ignore', 'test/interop/python/axon.py', '--async-forward']
  const env = { ...ownFolders, MINER_POLICY_ALLOW: allow, ...more }
  return startServer({ name, command: python ?? command, args: python ? pythonArgs : args, env })
}

/** Returns the resident memory in megabytes. */
function resident(pid) {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(kilobytes) / 1000
}

/** Returns the median of each figure over the rounds. */
function middle(rounds) {
  const of = pick => Number(median(rounds.map(pick)).toPrecision(4))
  return {
    perSecond1: of(({ one }) => one.perSecond),
    p50: of(({ one }) => one.p50),
    p99: of(({ one }) => one.p99),
    perSecond32: of(({ many }) => many.perSecond),
    p99at32: of(({ many }) => many.p99),
    unsignedPerSecond: of(({ unsigned }) => unsigned.perSecond),
    rssBeforeMB: of(({ rssBefore }) => rssBefore),
    rssAfterMB: of(({ rssAfter }) => rssAfter),
  }
}

function report({ summary, nonces, started, plugged, streamed, stored }) {
  const axon = summary[ours.name]
  const base = summary[checked.name]
  const goals = [
    goal(
      'requests a second at 32 connections, of node:http with 1 check',
      axon.perSecond32 / base.perSecond32,
      '>=',
      0.6,
    ),
    ...sdks.flatMap(({ name }, at) =>
      summary[name]
        ? [
            goal(
              `times the requests a second of ${name}`,
              axon.perSecond32 / summary[name].perSecond32,
              '>=',
              [5, 12][at],
            ),
          ]
        : [],
    ),
    goal('p99 at 1 connection, of node:http with 1 check', axon.p99 / base.p99, '<=', 2),
    goal('MB resident before the run', axon.rssBeforeMB, '<=', 130),
    goal('MB more for each 100,000 nonces, at worst', Math.max(...nonces), '<=', 5),
    ...pluginGoals(plugged),
    ...streamGoals(streamed),
    ...storeGoals(stored.disk),
  ]
  console.table(summary)
  console.table(started)
  console.table(plugged)
  console.table(streamed)
  console.table(stored.turns)
  reportGoals(goals)
  mkdirSync('bench/results', { recursive: true })
  const machine = { cpus: cpus().length, model: cpus()[0].model, node: process.version }
  writeFileSync(
    'bench/results/latest.json',
    `${JSON.stringify({ machine, rounds: ROUNDS, summary, started, plugged, nonces, streamed, stored, goals }, null, 2)}\n`,
  )
}
