import type { MinerCatalogue } from '../../app/catalogue/miners.js'
import type { FileContent } from '../../config/layers/config-file.js'
import { originText } from '../../config/origin.js'
import { type Problem, problemText } from '../../config/problem.js'
import { PluginError } from '../../plugin/load/plugin-error.js'
import { reportOf } from '../errors/error-report.js'
import { formatMessage } from '../errors/format-message.js'
import { UsageError } from '../errors/usage-error.js'
import { checkFile, sectionsOfFile } from './file-problems.js'

/**
 * Warns of what is wrong with the configuration file, for which other commands refuse it.
 *
 * @param known what is reported otherwise
 */
export async function noteFaults(
  file: FileContent | null,
  miners: MinerCatalogue,
  known: readonly Problem[] = [],
): Promise<void> {
  const isKnown = new Set(known.map(problemText))
  for (const problem of await problemsOf(file, miners)) if (!isKnown.has(problemText(problem))) warn(problem)
}

async function problemsOf(file: FileContent | null, miners: MinerCatalogue): Promise<readonly Problem[]> {
  try {
    return (await checkFile(file, await sectionsOfFile(file, miners))).problems
  } catch (error) {
    // The miner that the file uses cannot be chosen.
    if (!(error instanceof UsageError || error instanceof PluginError)) throw error
    process.stderr.write(formatMessage({ ...reportOf(error)!, label: 'warning' }))
    return []
  }
}

function warn({ message, origin, hint }: Problem): void {
  process.stderr.write(formatMessage({ label: 'warning', message, ...(origin && { from: originText(origin) }), hint }))
}
