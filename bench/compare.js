import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { measureAxons, tableOf } from './axons.js'
import { floor, ownFolders, serveModel } from './contestants.js'
import { axonGoals, goal, pluginGoals, reportGoals, storeGoals, streamGoals } from './goals.js'
import { pluginStarts } from './plugin-starts.js'
import { starts } from './starts.js'
import { stores } from './stores.js'
import { streams } from './streams.js'

/** Measures the axon beside its baselines, prints tables, and writes bench/results/latest.json. */
export async function compare() {
  const { goals, ...axons } = await compareAxons()
  const nonces = JSON.parse(execFileSync(process.execPath, ['bench/nonces.js']))
  const started = await starts(ownFolders)
  const plugged = await pluginStarts()
  const streamed = await streams(serveModel)
  const stored = await stores(ownFolders)
  for (const table of [started, plugged, streamed, stored.turns]) console.table(table)
  goals.push(
    goal('MB more for each 100,000 nonces, at worst', Math.max(...nonces), '<=', 5),
    ...pluginGoals(plugged),
    ...streamGoals(streamed),
    ...storeGoals(stored.ratio),
  )
  reportGoals(goals)
  mkdirSync('bench/results', { recursive: true })
  const machine = { cpus: cpus().length, model: cpus()[0].model, node: process.version }
  writeFileSync(
    'bench/results/latest.json',
    `${JSON.stringify({ machine, axons, started, plugged, nonces, streamed, stored, goals }, null, 2)}\n`,
  )
}

/** Measures the axon beside other servers, first with nothing pinned, then with a core each; prints both tables. */
export async function compareAxons() {
  const free = await table('nothing pinned', { isPinned: false })
  const pinned = cpus().length > 1 ? await table('server and generator on a core each', { isPinned: true }) : null
  // The goals are for a run with nothing pinned, as miners run.
  return { free, pinned, goals: axonGoals(free) }
}

async function table(title, how) {
  const results = await measureAxons(how)
  const load = loadavg().map(Math.round).join(', ')
  console.log(`${title}; medians and quartiles of seven rounds; load of the machine ${load} at the end`)
  console.table(tableOf(results, floor.name))
  return results
}
