import { constants } from 'node:fs'
import { access, lstat, readdir, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { shellWord } from '../../text/shell-word.js'
import { sizeText } from '../../text/size.js'
import { type Finding, findingsBy } from '../check.js'

const MiB = 1024 ** 2

/** What the file system says of its room, as Node's `statfs`. */
export type Room = Readonly<Record<'bsize' | 'bavail' | 'files' | 'ffree', number>>

type DataFolderNeed = {
  /** `limits.nonces` with the store on disk, else 0 */
  readonly nonces: number
  /** bytes by which other files of the miner may grow on its disk: the request log, and log files; by default none */
  readonly grows?: number
  /** folders in it that are checked as it is; by default none */
  readonly parts?: readonly string[]
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
  { nonces, grows = 0, parts = [], roomOf = async path => statfs(path) }: DataFolderNeed,
): Promise<readonly Finding[]> {
  const existing = await nearestFolder(folder)
  const isThere = await Promise.all(parts.map(async part => (await nearestFolder(join(folder, part))) !== existing))
  const inside = parts.map(part => join(folder, part)).filter((_, at) => isThere[at])
  const unwritable = (await Promise.all([existing, ...inside].map(whyUnwritable))).find(found => found !== null)
  if (unwritable) return [unwritable]
  const room = await roomOf(existing)
  // Parents are not the miner's, which keeps nothing in them.
  const own = existing === folder ? [folder, ...inside] : []
  const found = [
    ...(await Promise.all(own.map(foreignParts))).flat(),
    ...lackOfRoom(existing, room, nonces * NONCE_BYTES * 2 + grows + OTHERS),
  ]
  if (found.length > 0) return found
  return [findingsBy(howOf(existing)).ok(freeText(existing, room.bsize * room.bavail))]
}

const howOf = (folder: string) => `access, owner, mode and statfs of ${folder}`

async function whyUnwritable(folder: string): Promise<Finding | null> {
  const { fault } = findingsBy(howOf(folder))
  const word = shellWord(folder)
  if (!(await stat(folder)).isDirectory())
    return fault('FOLDER_UNWRITABLE', `${folder} is not a folder`, `mv ${word} ${word}.old`)
  const code = await access(folder, constants.W_OK | constants.X_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )
  if (code === null) return null
  if (code === 'EROFS')
    return fault(
      'FOLDER_UNWRITABLE',
      `${folder} is on a file system that is mounted read-only`,
      'name another folder with MINER_DATA_DIR',
    )
  const hint = `sudo chown -R "$USER" ${word}, or name another folder with MINER_DATA_DIR`
  return fault('FOLDER_UNWRITABLE', `${folder} cannot be written (${code})`, hint)
}

/** A folder or files that a run with sudo left, or that others may write. */
async function foreignParts(folder: string): Promise<readonly Finding[]> {
  const { warning } = findingsBy(howOf(folder))
  const me = process.getuid?.()
  if (me === undefined) return []
  const own = `sudo chown -R "$USER" ${shellWord(folder)}`
  const { uid, mode } = await stat(folder)
  if (uid !== me)
    return [
      warning('FOLDER_FOREIGN', `${folder} belongs to the user with id ${uid}, so that its files are not trusted`, own),
    ]
  const names = await readdir(folder)
  const owners = await Promise.all(names.map(name => lstat(join(folder, name)).catch(() => null))) // it was removed meanwhile
  const foreign = names.filter((_, at) => owners[at] && owners[at].uid !== me)
  return [
    ...(mode & 0o022
      ? [
          warning(
            'FOLDER_FOREIGN',
            `others may write ${folder} (mode ${(mode & 0o777).toString(8)}), so that its files are not trusted`,
            `chmod 700 ${shellWord(folder)}`,
          ),
        ]
      : []),
    ...(foreign.length > 0
      ? [
          warning(
            'FOLDER_FOREIGN',
            `${foreign[0]} in ${folder} belongs to another user, so that it is not trusted`,
            own,
          ),
        ]
      : []),
  ]
}

function lackOfRoom(folder: string, { bsize, bavail, files, ffree }: Room, needed: number): readonly Finding[] {
  const { warning, fault } = findingsBy(howOf(folder))
  const free = bsize * bavail
  const hint = `make room: du -xh --max-depth=1 ${shellWord(folder)} | sort -h; or name a folder on another disk with MINER_DATA_DIR`
  if (files > 0 && ffree === 0)
    return [fault('DISK_NO_INODES', `the file system of ${folder} has no inode left for another file`, hint)]
  if (free < OTHERS) return [fault('DISK_NO_ROOM', `${freeText(folder, free)}; the miner cannot keep its files`, hint)]
  if (free >= AMPLE * needed) return []
  const message = `${freeText(folder, free)}, and the miner itself may need ${sizeText(needed, 'up')} of it`
  return [warning('DISK_SMALL', message, hint)]
}

function freeText(folder: string, free: number): string {
  return `${sizeText(free, 'down')} are free in ${folder}`
}

/** Returns a folder, or its nearest parent that exists. */
export async function nearestFolder(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const exists = await stat(at).then(
      () => true,
      () => false,
    )
    if (exists || at === dirname(at)) return at
  }
}
