// `npm run fuzz`: sends changed requests to an axon of each dialect, and exits with 1 when something happens that must not.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Fuzzed, fuzz } from './fuzz.ts'
import { type Finding, Lab } from './lab.ts'
import { minimise } from './minimise.ts'
import type { Recipe } from './recipe.ts'
import { seedsOf } from './seeds.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    seconds: { type: 'string', default: '60' },
    cases: { type: 'string', default: 'Infinity' },
    replay: { type: 'string' },
    defect: { type: 'string' },
  },
})
const { defect } = values

process.exitCode = (await (values.replay === undefined ? explore() : replay(values.replay))) ? 0 : 1

/** @returns whether nothing was found */
async function explore(): Promise<boolean> {
  const seed = number('seed')
  print(`fuzz: seed ${seed}`)
  const run = await fuzz({ seed, seconds: number('seconds'), cases: number('cases'), ...(defect && { defect }) })
  print(summary(run))
  if (!run.finding) return true
  print(`FOUND ${run.finding.kind}: ${run.finding.what}`)
  await save(run.finding, seed)
  return false
}

async function replay(file: string): Promise<boolean> {
  const kept: Recipe | readonly Recipe[] = JSON.parse(readFileSync(file, 'utf8'))
  await using lab = new Lab(seedsOf(), defect)
  const statuses = await Promise.all([kept].flat().map(recipe => lab.run(recipe as Recipe)))
  await lab.settle()
  for (const { kind, what } of lab.findings) print(`FOUND ${kind}: ${what}`)
  print(`${file}: ${statuses.map(those => those.join(' ')).join(', ')}`)
  return lab.findings.length === 0
}

/** Saves the smallest case that shows the finding; all that may have, where none shows it alone. */
async function save(finding: Finding, seed: number): Promise<void> {
  const smallest = await minimise(finding, seedsOf(), defect)
  const file = join('.fuzz', `${finding.kind}-${seed}.json`)
  mkdirSync('.fuzz', { recursive: true })
  const kept = smallest ? { note: finding.what.split('\n')[0], ...smallest } : finding.recipes
  writeFileSync(file, `${JSON.stringify(kept, null, 1)}\n`)
  print(`${smallest ? JSON.stringify(smallest) : `none of ${finding.recipes.length} cases shows it alone`}`)
  print(`saved; replay with: npm run fuzz -- --replay ${file}`)
}

function summary({ cases, seconds, statuses, doubts, slow, worst }: Fuzzed): string {
  const counts = Object.entries(statuses).map(([status, times]) => `${times}× ${status}`)
  return [
    `${cases} cases in ${seconds.toFixed(0)} s: ${counts.join(', ')}`,
    `the axon's memory was at most ${worst.rss.toFixed(0)} MB, its longest turn ${worst.delayMs.toFixed(0)} ms`,
    ...slow.slice(0, 3).map(recipe => `not closed within a minute, but the next time: ${JSON.stringify(recipe)}`),
    ...doubts.slice(0, 3).map(recipe => `refused, although Python has the same hash: ${JSON.stringify(recipe)}`),
  ].join('\n')
}

function number(name: 'seed' | 'seconds' | 'cases'): number {
  const value = Number(values[name])
  if (Number.isNaN(value) || value < 0) throw new Error(`--${name} must be a number from 0, not ${values[name]}`)
  return value
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
