import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { bare, checked, ours, ownFolders, sdks, serveModel, start } from './contestants.js'
import { goal, pluginGoals, reportGoals, storeGoals, streamGoals } from './goals.js'
import { load } from './load.js'
import { pluginStarts } from './plugin-starts.js'
import { signedRequests, unsignedRequests } from './requests.js'
import { median, starts } from './starts.js'
import { stores } from './stores.js'
import { streams } from './streams.js'

const ROUNDS = 3

/** Measures the axon beside its baselines, prints tables, and writes bench/results/latest.json. */
export async function compare() {
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
    ...storeGoals(stored.ratio),
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
