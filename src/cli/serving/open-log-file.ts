import type { LogOutput } from '../../app/log/file-output.js'
import { openRollingFile } from '../../app/log/rolling-file.js'
import { hostSections } from '../../app/settings.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import { originText } from '../../config/origin.js'
import { FileLocked, holderText } from '../../disk/file-lock.js'
import { quote } from '../../text/escape.js'
import { settingPath } from '../choose-plugin.js'
import { UsageError } from '../errors/usage-error.js'

/**
 * Opens the log file; null: none is configured.
 *
 * @param report writes a line that tells how the file does
 * @throws {UsageError} LOG_FILE_TAKEN · LOG_FILE_UNUSABLE
 */
export async function openLogFile(
  configuration: Configuration,
  report: (line: string) => void,
): Promise<LogOutput | null> {
  const { path: named, maxSize, maxFiles } = valuesOf(configuration, hostSections.logFile)
  if (named === undefined) return null
  const origin = configuration.origins.get('log-file.path')!
  const path = settingPath(named, origin)
  try {
    return await openRollingFile({ path, maxSize, maxFiles, report })
  } catch (error) {
    const file = `the log file ${quote(path)} (${originText(origin)})`
    if (error instanceof FileLocked) {
      const hint = 'give each miner a log file of its own with --log-file'
      throw new UsageError('LOG_FILE_TAKEN', `${holderText(error.holder)} writes ${file}`, hint)
    }
    const hint = 'make its folder, and let this user write it; or name another file with --log-file'
    throw new UsageError('LOG_FILE_UNUSABLE', `cannot open ${file}: ${(error as Error).message}`, hint, {
      cause: error,
    })
  }
}
