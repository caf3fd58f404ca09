// Measures the axon beside its baselines, all in one run on one machine: prints tables, and writes bench/results/latest.json.
// `npm run bench -- NAME` measures one thing alone, and writes nothing; README.md lists the names.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { attacks } from './attacks.js'
import { standingsUnderLoad, syncs } from './chain.js'
import { chainMemory } from './chain-memory.js'
import { checks } from './checks.js'
import { compare, compareAxons } from './compare.js'
import { floor, ours, ownFolders, serveModel, start } from './contestants.js'
import { fairness } from './fairness.js'
import { goal, pluginGoals, reportGoals, storeGoals, streamGoals } from './goals.js'
import { imports } from './imports.js'
import { memoryOfServe } from './memory.js'
import { observers, withPricedModel } from './observers.js'
import { pluginStarts } from './plugin-starts.js'
import { queue } from './queue.js'
import { ratesUnderLoad } from './rates.js'
import { requestLog } from './request-log.js'
import { sharesOfRequests } from './shares.js'
import { starts } from './starts.js'
import { stores } from './stores.js'
import { streams } from './streams.js'
import { MissingTool } from './wrk.js'

const alone = {
  attacks: attacksAlone,
  axons: async () => reportGoals((await compareAxons()).goals),
  chain: chainAlone,
  'chain-memory': chainMemoryAlone,
  checks: checksAlone,
  fairness: fairnessAlone,
  imports: async () => console.table(await imports(ownFolders)),
  memory: memoryAlone,
  observers: observersAlone,
  plugins: pluginsAlone,
  queue: queueAlone,
  rates: ratesAlone,
  'request-log': requestLogAlone,
  shares: sharesAlone,
  starts: async () => console.table(await starts(ownFolders)),
  stores: storesAlone,
  streams: streamsAlone,
}

const [name] = process.argv.slice(2)
if (name === undefined) await orMissingTool(compare)
else if (Object.hasOwn(alone, name)) await orMissingTool(alone[name])
else {
  console.error(`there is no bench ${name}; there are ${Object.keys(alone).join(', ')}`)
  process.exitCode = 2
}

async function orMissingTool(measure) {
  try {
    await measure()
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error
    console.error(error.message)
    process.exitCode = 2
  }
}

async function streamsAlone() {
  const streamed = await streams(serveModel)
  console.table(streamed)
  reportGoals(streamGoals(streamed))
}

/** Measures the check of a signature beside the library's. */
function checksAlone() {
  const measured = checks()
  console.table(measured)
  reportGoals(
    Object.entries(measured).map(([name, { ratio }]) =>
      goal(`time of a check of the library's: ${name}`, ratio, '<=', name.startsWith('64 callers, batches') ? 0.39 : 1),
    ),
  )
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
  const { turns, ratio } = await queue(ownFolders)
  console.table(turns)
  reportGoals([
    goal('requests a second with shared places, of those in the order of arrival', ratio.perSecond, '>=', 0.95),
    goal('processor time of a request with shared places, likewise', ratio.processor, '<=', 1.05),
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

async function requestLogAlone() {
  const { filled, listings, cost } = await requestLog()
  console.table([filled])
  console.table(listings)
  console.table(cost)
  const slowest = Math.max(...Object.values(listings).map(({ firstMs, longestMs }) => Math.max(firstMs, longestMs)))
  reportGoals([goal('the slowest listing of a million requests, in milliseconds', slowest, '<=', 100)])
}

async function storesAlone() {
  const { turns, ratio } = await stores(ownFolders)
  console.table(turns)
  reportGoals(storeGoals(ratio))
}

async function ratesAlone() {
  const { turns, ratio } = await ratesUnderLoad(ownFolders)
  console.table(turns)
  reportGoals([
    goal('requests a second with a rate for each caller, of those without rates', ratio.perSecond, '>=', 0.95),
    goal('processor time of a request with a rate for each caller, of that without rates', ratio.processor, '<=', 1.05),
  ])
}

async function observersAlone() {
  const admin = ['--admin-port', '0']
  const all = folder => [...admin, '--request-log', 'full', '--log-file', join(folder, 'miner.log')]
  const everything = { flags: all, isWatched: true }
  const echo = await observers(ownFolders, { none: {}, '--admin-port': { flags: () => admin }, everything })
  console.table(echo)
  const budget = { flags: folder => [...all(folder), '--budget', '1000000usd/day', '--budget-each', '1000usd/day'] }
  const programs = { none: {}, everything: { ...everything, ...budget } }
  const asked = await withPricedModel(ownFolders, (env, use) => observers(env, programs, use))
  console.table(asked)
  const cost = 'processor time of the main thread a request, of that without observers:'
  reportGoals([
    goal(`${cost} with --admin-port`, echo['--admin-port'].ratio, '<=', 1.05),
    goal(`${cost} with everything`, echo.everything.ratio, '<=', 1.15),
    goal(`${cost} with everything and a budget, at an endpoint`, asked.everything.ratio, '<=', 1.15),
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

async function memoryAlone() {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { requests: { type: 'string', default: '1000000' }, 'semi-space': { type: 'string', default: '4' } },
  })
  const requests = Number(values.requests)
  const { idle, early, late } = await memoryOfServe({ requests, semiSpaceMB: Number(values['semi-space']) })
  reportGoals([
    goal('MB resident when idle', idle.resident, '<=', 100),
    goal(`MB resident after ${requests} requests`, late.resident, '<=', 150),
    goal(`MB more in the heaps after ${requests} requests than after a fifth of them`, late.all - early.all, '<=', 2),
  ])
}

async function attacksAlone() {
  const servers = { [floor.name]: () => start(floor), [ours.name]: () => start(ours) }
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
      of(ours.name, 'unsigned').p99 / of(floor.name, 'unsigned').p99,
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
