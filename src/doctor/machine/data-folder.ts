import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { shellWord } from '../../text/shell-word.js'
import { type Finding, findingsBy } from '../check.js'

const MiB = 1024 ** 2

/** What the file system says of its room, as Node's `statfs`. */
export type Room = Readonly<Record<'bsize' | 'bavail' | 'files' | 'ffree', number>>

type DataFolderNeed = {
  /** `limits.nonces` with the store on disk, else 0 */
  readonly nonces: number
  readonly roomOf?: (folder: string) => Promise<Room>
}

/** Bytes of a nonce on disk, in one of two files; a state file and a metagraph take the rest. */
const NONCE_BYTES = 128
const OTHERS = 32 * MiB
/** Below so many times what is needed, other programs may fill it soon. */
const AMPLE = 2

/** Checks that the miner can write its data folder, that it belongs to this user alone, and that its disk has room. */
export async function checkDataFolder(
  folder: string,
  { nonces, roomOf = async path => statfs(path) }: DataFolderNeed,
): Promise<readonly Finding[]> {
  const existing = await nearest(folder)
  const { ok, warning, fault } = findingsBy(`access, owner, mode and statfs of ${existing}`)
  const writable = await access(existing, constants.W_OK | constants.X_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )
  const about = await stat(existing)
  const me = process.getuid?.()
  const word = shellWord(existing)
  if (!about.isDirectory())
    return [fault('FOLDER_UNWRITABLE', `${existing} is not a folder`, `move it away: mv ${word} ${word}.old`)]
  if (writable !== null) {
    const why =
      writable === 'EROFS' ? 'is on a file system that is mounted read-only' : `cannot be written (${writable})`
    const hint =
      writable === 'EROFS'
        ? 'name another folder with MINER_DATA_DIR'
        : `sudo chown -R "$USER" ${word}, or MINER_DATA_DIR`
    return [fault('FOLDER_UNWRITABLE', `${existing} ${why}`, hint)]
  }
  const findings: Finding[] = []
  if (existing === folder && me !== undefined && about.uid !== me) {
    const message = `${folder} belongs to the user with id ${about.uid}, so that its files are not trusted`
    findings.push(warning('FOLDER_FOREIGN', message, `sudo chown -R "$USER" ${word}`))
  } else if (existing === folder && about.mode & 0o022) {
    const message = `others may write ${folder} (mode ${(about.mode & 0o777).toString(8)}), so that its files are not trusted`
    findings.push(warning('FOLDER_FOREIGN', message, `chmod 700 ${word}`))
  }
  const { bsize, bavail, files, ffree } = await roomOf(existing)
  const free = bsize * bavail
  const needed = nonces * NONCE_BYTES * 2 + OTHERS
  const has = `${Math.floor(free / MiB)} MiB are free in ${existing}`
  const hint = `make room: du -xh --max-depth=1 ${word} | sort -h, or another disk with MINER_DATA_DIR`
  if (files > 0 && ffree === 0)
    findings.push(fault('DISK_NO_INODES', `the file system of ${existing} has no inode left for another file`, hint))
  if (free < OTHERS) findings.push(fault('DISK_NO_ROOM', `${has}; the miner cannot keep its files`, hint))
  else if (free < AMPLE * needed)
    findings.push(
      warning('DISK_SMALL', `${has}, and the miner itself may need ${Math.ceil(needed / MiB)} MiB of it`, hint),
    )
  return findings.length > 0 ? findings : [ok(has)]
}

/** Returns a folder, or its nearest parent that exists. */
async function nearest(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const exists = await stat(at).then(
      () => true,
      () => false,
    )
    if (exists || at === dirname(at)) return at
  }
}
