import type { LogOutput } from '../../app/log/file-output.js'
import { IrregularFile, openRotatingFile } from '../../app/log/rotating-file.js'
import { hostSections } from '../../app/settings.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import { originText } from '../../config/origin.js'
import { FileLocked, holderText } from '../../disk/file-lock.js'
import { escapeControls, quote } from '../../text/escape.js'
import { settingPath } from '../choose-plugin.js'
import { UsageError } from '../errors/usage-error.js'

/**
 * Opens the log file; null: none is configured.
 *
 * @param report writes a line that tells how the file does
 * @throws {UsageError} LOG_FILE_TAKEN · LOG_FILE_UNUSABLE · LOG_FILE_FAILED
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
    return await openRotatingFile({ path, maxSize, maxFiles, report })
  } catch (error) {
    const file = `the log file ${quote(path)} (${originText(origin)})`
    if (error instanceof FileLocked) {
      const hint = 'give each miner a log file of its own with --log-file'
      throw new UsageError('LOG_FILE_TAKEN', `${holderText(error.holder)} writes ${file}`, hint)
    }
    if (error instanceof IrregularFile) {
      const hint = 'name a regular file; what reads standard error gets the log, too'
      throw new UsageError('LOG_FILE_UNUSABLE', `cannot use ${file}: ${escapeControls(error.message)}`, hint)
    }
    const { code = '', message } = error as NodeJS.ErrnoException
    const what = `cannot open ${file}: ${message}`
    if (MISTAKES.has(code)) {
      const hint = hints[code] ?? 'make its folder, and let this user write it; or name another file with --log-file'
      throw new UsageError('LOG_FILE_UNUSABLE', what, hint, { cause: error })
    }
    const hint = 'make room on its disk, or name another file with --log-file'
    throw new UsageError('LOG_FILE_FAILED', what, hint, { cause: error })
  }
}

/** What the operator has to mend; the rest may pass, so that a supervisor should try again. */
const MISTAKES: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'EROFS', 'ELOOP'])

const hints: Readonly<Record<string, string>> = {
  ENOTDIR: 'name another with --log-file: a part of this path is a file, where a folder has to be',
  EISDIR: 'name a file in it: this is a folder',
}
