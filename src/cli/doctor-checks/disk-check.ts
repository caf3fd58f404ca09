import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { hostSections } from '../../app/settings.js'
import { CHAIN_FOLDER, REQUEST_LOG_FOLDER } from '../../app/tokens.js'
import { valuesOf } from '../../config/configuration.js'
import { followLinks } from '../../disk/follow-links.js'
import type { Finding } from '../../doctor/check.js'
import { checkDataFolder } from '../../doctor/machine/data-folder.js'
import type { DoctorContext } from '../doctor/doctor-context.js'
import { logGrowth } from '../doctor/log-growth.js'
import { logFilePath } from './log-checks.js'

/** Checks the data folder, and whether its disk has room for all that the settings let grow there. */
export async function checkDisk(context: DoctorContext): Promise<readonly Finding[]> {
  const { configuration, scope } = context
  const { store } = valuesOf(configuration, hostSections.axon)
  const { nonces } = valuesOf(configuration, hostSections.limits)
  const chain = scope.resolve(CHAIN_FOLDER)
  const grows = (await requestLogGrowth(context)) + (await logFileGrowth(context))
  const { mode } = valuesOf(configuration, hostSections.requestLog)
  const parts = ['chain', ...(mode === 'off' ? [] : [basename(scope.resolve(REQUEST_LOG_FOLDER))])]
  return checkDataFolder(dirname(chain), { parts, nonces: store === 'disk' ? nonces : 0, grows })
}

/** Bytes by which the request log may still grow. */
async function requestLogGrowth({ configuration, scope }: DoctorContext): Promise<number> {
  const { mode, maxSize } = valuesOf(configuration, hostSections.requestLog)
  return mode === 'off' ? 0 : Math.max(0, maxSize - (await sizeOf(scope.resolve(REQUEST_LOG_FOLDER))))
}

/** Bytes by which the log files may still grow; 0 on another disk than that of the data folder. */
async function logFileGrowth(context: DoctorContext): Promise<number> {
  const named = logFilePath(context.configuration)
  if (named === null) return 0
  const path = await followLinks(named).catch(() => named) // the check of the log file reports why
  const { bytes, isOnDataDisk } = await logGrowth(path, context)
  return isOnDataDisk ? bytes : 0
}

/** Bytes of the files in a folder; 0 when it does not exist, or cannot be read. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => [])
  const sizes = names.map(async name => (await stat(join(folder, name)).catch(() => null))?.size ?? 0) // removed meanwhile
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
