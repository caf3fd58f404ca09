import { stat } from 'node:fs/promises'
import { hostSections } from '../../app/settings.js'
import { REQUEST_LOG_FOLDER } from '../../app/tokens.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import { printUnit } from '../../config/schema/unit.js'
import { holderText, lockHolder } from '../../disk/file-lock.js'
import { type DoctorCheck, type Finding, findingsBy } from '../../doctor/check.js'
import { checkLogFile } from '../../doctor/machine/log-file.js'
import { readRequestLog } from '../../request-log/read-request-log.js'
import { RequestLogError } from '../../request-log/request-log-error.js'
import { requestLogPath } from '../../request-log/request-log-path.js'
import { shellWord } from '../../text/shell-word.js'
import { sizeText } from '../../text/size.js'
import { settingPath } from '../choose-plugin.js'
import { type DoctorContext, servingProcess } from '../doctor/doctor-context.js'
import { logGrowth } from '../doctor/log-growth.js'

/** The checks of what the miner writes of its requests. */
export function logChecks(context: DoctorContext): readonly DoctorCheck[] {
  return [
    { name: 'logfile', run: () => logFile(context) },
    { name: 'requestlog', run: () => requestLog(context) },
  ]
}

async function logFile(context: DoctorContext): Promise<readonly Finding[]> {
  const path = logFilePath(context.configuration)
  if (path === null) return []
  const writerOf = async (file: string) => {
    const holder = await lockHolder(`${file}.lock`)
    return holder && { pid: holder.pid, text: holderText(holder) }
  }
  const growthOf = async (file: string) => {
    const { bytes, isOnDataDisk } = await logGrowth(file, context)
    return isOnDataDisk ? 0 : bytes // the check `disk` counts it
  }
  return checkLogFile(path, { writerOf, growthOf, running: await servingProcess(context) })
}

/** Returns the absolute path of the log file; null: none is configured. */
export function logFilePath(configuration: Configuration): string | null {
  const { path: named } = valuesOf(configuration, hostSections.logFile)
  return named === undefined ? null : settingPath(named, configuration.origins.get('log-file.path')!)
}

/** Bytes that the journal of SQLite may hold beside the requests. */
const JOURNAL = 16 * 1024 ** 2

async function requestLog({ configuration, scope, hotkey }: DoctorContext): Promise<readonly Finding[]> {
  const { mode, maxSize } = valuesOf(configuration, hostSections.requestLog)
  const address = await hotkey().catch(() => null) // the check of the wallet reports why
  if (mode === 'off' || address === null) return []
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const path = requestLogPath(scope.resolve(REQUEST_LOG_FOLDER), { netuid, hotkey: address })
  const { ok, warning } = findingsBy(`owner, mode and size of ${path}, and opened it to read`)
  const about = await stat(path).catch(() => null) // a file that cannot be looked at cannot be opened, either
  if (about === null) return [ok('miner serve makes it at its start')]
  const failure = await whyUnread(path)
  if (failure) return [failure]
  const size = about.size + ((await stat(`${path}-wal`).catch(() => null))?.size ?? 0) // without a journal
  const found = [
    ...(about.mode & 0o077
      ? [
          warning(
            'REQUEST_LOG_SHARED',
            `others on this machine may read ${path} (mode ${(about.mode & 0o777).toString(8)})`,
            `chmod 600 ${shellWord(path)}`,
          ),
        ]
      : []),
    ...(size > maxSize + JOURNAL
      ? [
          warning(
            'REQUEST_LOG_LARGE',
            `${path} has ${sizeText(size, 'up')}, and --request-log-max-size ${printUnit('size', maxSize)} allows less`,
            'miner serve drops the oldest requests as long as it runs; or raise --request-log-max-size',
          ),
        ]
      : []),
  ]
  if (found.length > 0) return found
  return [ok(`${sizeText(size, 'up')} of at most ${printUnit('size', maxSize)} in ${path}`)]
}

/** Why the request log cannot be opened; null: it can. */
async function whyUnread(path: string): Promise<Finding | null> {
  try {
    await using file = readRequestLog(path)
    await file.lastSeq()
    return null
  } catch (error) {
    if (!(error instanceof RequestLogError)) throw error
    const { code, message, hint } = error
    // Another program lets go of it again.
    const verdict = code === 'REQUEST_LOG_LOCKED' ? 'warning' : 'fault'
    return {
      verdict,
      code,
      message,
      how: `opened ${path} to read, as miner logs does`,
      ...(hint !== undefined && { hint }),
    }
  }
}
