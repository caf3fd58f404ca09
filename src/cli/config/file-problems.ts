import type { MinerCatalogue } from '../../app/catalogue/miners.js'
import { hostSections, minerSection } from '../../app/settings.js'
import { ConfigError } from '../../config/config-error.js'
import type { FileContent } from '../../config/layers/config-file.js'
import { loadConfiguration } from '../../config/load.js'
import { type Problem, problemText } from '../../config/problem.js'
import type { KnownSection, Section } from '../../config/schema/section.js'
import type { MinerDefinition } from '../../plugin/miner.js'
import { chooseMiner } from '../choose-plugin.js'
import { lookUpFirst } from '../open-scope.js'

/** What a file is checked with: the sections whose settings it may have, and the names of others that are ignored. */
export type CheckedSections = { readonly sections: readonly Section[]; readonly known: readonly KnownSection[] }

/** Returns what a file is checked with that configures a miner. */
export function checkedSections(miners: MinerCatalogue, miner: MinerDefinition | undefined): CheckedSections {
  const sections: readonly Section[] = [...Object.values(hostSections), ...(miner ? [minerSection(miner)] : [])]
  return { sections, known: [...miners.keys()].map(name => ({ name })) }
}

/**
 * Returns what a file is checked with: the sections of the miner that it uses are among them.
 *
 * @throws {UsageError} UNKNOWN_MINER
 * @throws {PluginError} when the plugin of the miner cannot be loaded
 */
export async function sectionsOfFile(file: FileContent | null, miners: MinerCatalogue): Promise<CheckedSections> {
  return checkedSections(miners, await chooseMiner(miners, lookUpFirst({ argv: [], env: {}, file })))
}

/**
 * Checks a file by itself, without flags and variables. Returns what is wrong with it, else what should be changed. What it
 * lacks is not wrong: a flag or a variable may give it.
 */
export async function checkFile(
  file: FileContent | null,
  { sections, known }: CheckedSections,
): Promise<{ readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }> {
  try {
    const { warnings } = await loadConfiguration({ sections, known, flags: [], env: {}, file, secrets: 'leave' })
    return { problems: [], warnings }
  } catch (error) {
    if (!(error instanceof ConfigError) || error.code !== 'CONFIG_INVALID') throw error
    return { problems: error.problems.filter(({ code }) => code !== 'MISSING'), warnings: [] }
  }
}

/**
 * Refuses a change of a file that makes it wrong. What was wrong before may stay, so that a file can be mended step by step.
 *
 * @throws {ConfigError} CONFIG_INVALID with the new problems
 */
export async function requireNoNewProblems(
  before: FileContent | null,
  after: FileContent,
  checked: CheckedSections,
): Promise<void> {
  const old = new Set((await checkFile(before, checked)).problems.map(problemText))
  const problems = (await checkFile(after, checked)).problems.filter(problem => !old.has(problemText(problem)))
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
}
