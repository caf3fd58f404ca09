import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { hostSections } from '../../app/settings.js'
import { CHAIN_FOLDER } from '../../app/tokens.js'
import { valuesOf } from '../../config/configuration.js'
import { nearestFolder } from '../../doctor/machine/data-folder.js'
import type { DoctorContext } from './doctor-context.js'

type LogGrowth = {
  /** by which the log files may still grow, those that are put aside included */
  readonly bytes: number
  /** they are on the disk of the data folder */
  readonly isOnDataDisk: boolean
}

/**
 * Returns by how much the log files may still grow, and where.
 *
 * @param path of the log file, without links
 */
export async function logGrowth(
  path: string,
  { configuration, scope }: Pick<DoctorContext, 'configuration' | 'scope'>,
): Promise<LogGrowth> {
  const { maxSize, maxFiles } = valuesOf(configuration, hostSections.logFile)
  const [ofLog, ofData] = await Promise.all([dirname(path), scope.resolve(CHAIN_FOLDER)].map(diskOf))
  const bytes = Math.max(0, maxSize * maxFiles - (await sizeOfLogFiles(path, maxFiles)))
  return { bytes, isOnDataDisk: ofLog === ofData }
}

async function diskOf(folder: string): Promise<number> {
  return (await stat(await nearestFolder(folder))).dev
}

/** Bytes of the log file and of those that were put aside: `miner.log`, `miner.log.1`. */
async function sizeOfLogFiles(path: string, maxFiles: number): Promise<number> {
  const name = basename(path)
  const names = await readdir(dirname(path)).catch(() => []) // the check of the log file reports why
  const kept = names.filter(one => {
    const number = one.startsWith(`${name}.`) ? one.slice(name.length + 1) : ''
    return one === name || (/^\d+$/.test(number) && Number(number) < maxFiles)
  })
  const sizes = kept.map(async one => (await stat(join(dirname(path), one)).catch(() => null))?.size ?? 0) // removed meanwhile
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
