import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '../support/random.ts'
import { drawRecipe } from './draw.ts'
import { type Finding, Lab } from './lab.ts'
import type { Recipe } from './recipe.ts'
import { CORPUS, seedsOf } from './seeds.ts'

/** How long to fuzz. */
export type FuzzOptions = {
  readonly seed: number
  readonly seconds: number
  readonly cases: number
  /** a hole to be found, see `defects.ts` */
  readonly defect?: string
}

/** What a run has shown. */
export type Fuzzed = {
  readonly cases: number
  readonly seconds: number
  /** the first thing that must not happen */
  readonly finding: Finding | null
  readonly statuses: Readonly<Record<string, number>>
  /** cases of which the axon refused a hash that the oracle computes, too */
  readonly doubts: readonly Recipe[]
  /** cases that did not end within a minute, but did when they were sent again */
  readonly slow: readonly Recipe[]
  /** the longest turn of the target's event loop, in milliseconds, and its largest memory, in megabytes */
  readonly worst: { readonly delayMs: number; readonly rss: number }
}

/** Cases that run at once: some wait for seconds until the axon closes them. */
const WORKERS = 64

/** Sends the corpus, and then cases that are drawn from the seed, until the time or the number is over, or one is found. */
export async function fuzz({ seed, seconds, cases, defect }: FuzzOptions): Promise<Fuzzed> {
  const seeds = seedsOf()
  const corpus = [...corpusOf().values()]
  const names = [...seeds.keys()]
  await using lab = new Lab(seeds, defect)
  const startedAt = performance.now()
  const elapsed = () => (performance.now() - startedAt) / 1_000
  let next = 0
  const caseAt = (at: number) => corpus[at] ?? drawRecipe(random(seed, at), names, corpus)
  const work = async () => {
    while (lab.findings.length === 0 && next < cases && elapsed() < seconds) await lab.run(caseAt(next++))
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
  await lab.settle()
  // The one that points to the fewest cases: a question comes before the reply that tells whose it was.
  const [finding = null] = lab.findings.toSorted((one, other) => one.recipes.length - other.recipes.length)
  const { statuses, doubts, slow, target } = lab
  return { cases: next, seconds: elapsed(), finding, statuses, doubts, slow, worst: target.worst }
}

/** The cases of earlier bugs, by the name of their file. */
export function corpusOf(folder = CORPUS): ReadonlyMap<string, Recipe> {
  if (!existsSync(folder)) return new Map()
  const files = readdirSync(folder).filter(file => file.endsWith('.json'))
  return new Map(files.sort().map(file => [file, JSON.parse(readFileSync(join(folder, file), 'utf8'))]))
}
