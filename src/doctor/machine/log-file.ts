import { constants } from 'node:fs'
import { access, realpath, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { followLinks } from '../../disk/follow-links.js'
import { shellWord } from '../../text/shell-word.js'
import { sizeText } from '../../text/size.js'
import { type Finding, findingsBy } from '../check.js'
import type { Room } from './data-folder.js'

export type LogFileCheck = {
  /** the process that has locked a file, which is given without links; null: none on this machine */
  readonly writerOf: (path: string) => Promise<{ readonly pid: number; readonly text: string } | null>
  /** the miner of this hotkey that runs, as far as it tells of itself */
  readonly running: { readonly pid: number } | null
  /** bytes by which the log files beside a path may still grow; 0 where the check of the data folder counts them */
  readonly growthOf: (path: string) => Promise<number>
  readonly roomOf?: (folder: string) => Promise<Room>
}

/**
 * Checks that the miner can write its log file, where `miner serve` would not start otherwise: that its folder is there, that this
 * user may make and rename files in it, that its disk has room, and that no other miner writes the file. Follows a link, as
 * the miner does. Makes and changes nothing.
 *
 * @param named absolute
 */
export async function checkLogFile(
  named: string,
  { writerOf, running, growthOf, roomOf = async folder => statfs(folder) }: LogFileCheck,
): Promise<readonly Finding[]> {
  const path = await followLinks(named).catch((error: Error) => error)
  if (path instanceof Error)
    return [findingsBy(howOf(named)).fault('LOG_FILE_UNWRITABLE', `${named}: ${path.message}`, OTHER)]
  const { ok, unknown, fault } = findingsBy(howOf(path))
  const unusable = (await whyNoFolder(dirname(path))) ?? (await whyNoFile(path))
  if (unusable) return [fault('LOG_FILE_UNWRITABLE', unusable.message, unusable.hint)]
  const writer = await writerOf(path)
  const own = 'give each miner a log file of its own with --log-file'
  if (writer && running && writer.pid !== running.pid)
    return [fault('LOG_FILE_BUSY', `${writer.text} writes ${path}`, own)]
  const lack = lackOfRoom(dirname(path), await roomOf(dirname(path)), await growthOf(path))
  if (lack?.verdict === 'fault') return [lack]
  const found = [...(lack ? [lack] : []), ...(await doubts(path, named))]
  if (writer && !running) found.push(unknown(`${writer.text} writes ${path}: this miner, or another one`, own))
  return found.length > 0 ? found : [ok(`${path} can be written`)]
}

const howOf = (path: string) => `stat and access of ${path} and its folder, and its lock`

type Unusable = { readonly message: string; readonly hint: string }

async function whyNoFolder(folder: string): Promise<Unusable | null> {
  const about = await stat(folder).catch((error: NodeJS.ErrnoException) => error)
  const word = shellWord(folder)
  if (about instanceof Error) {
    const isMissing = about.code === 'ENOENT'
    const message = isMissing ? `the folder ${folder} of the log file does not exist` : `${folder}: ${about.message}`
    return { message, hint: isMissing ? `mkdir -p ${word}` : OTHER }
  }
  if (!about.isDirectory()) return { message: `${folder}, where the log file should be, is not a folder`, hint: OTHER }
  const code = await codeOf(access(folder, constants.W_OK | constants.X_OK))
  // The miner also makes the lock and the files that it puts aside there.
  return code === null
    ? null
    : {
        message: `this user may not make files in ${folder} (${code})`,
        hint: `sudo chown "$USER" ${word}, or ${OTHER}`,
      }
}

async function whyNoFile(path: string): Promise<Unusable | null> {
  const about = await stat(path).catch(() => null) // there is none yet
  if (about === null) return null
  if (!about.isFile()) return { message: `${path} is not a regular file`, hint: OTHER }
  const code = await codeOf(access(path, constants.W_OK))
  const word = shellWord(path)
  return code === null
    ? null
    : { message: `this user may not write ${path} (${code})`, hint: `sudo chown "$USER" ${word}, or ${OTHER}` }
}

const OTHER = 'name another file with --log-file'

/** Without room for its lock, the miner does not start; without room for what it writes later, it loses lines. */
function lackOfRoom(folder: string, { bsize, bavail, files, ffree }: Room, growth: number): Finding | null {
  const { warning, fault } = findingsBy(`statfs of ${folder}`)
  const hint = `make room on the disk of ${shellWord(folder)}, or ${OTHER}`
  const lacks = bavail === 0 ? 'is full' : files > 0 && ffree === 0 ? 'has no inode left' : null
  if (lacks !== null) return fault('LOG_FILE_NO_ROOM', `the disk of the log file, with ${folder}, ${lacks}`, hint)
  const free = bsize * bavail
  if (free >= growth) return null
  const message = `${sizeText(free, 'down')} are free in ${folder}, and the log files may grow by ${sizeText(growth, 'up')}`
  return warning('LOG_FILE_ROOM_SMALL', message, `${hint}, or lower --log-file-max-files`)
}

/** What does not keep it from writing, and is not as it should be. */
async function doubts(path: string, named: string): Promise<Finding[]> {
  const { warning } = findingsBy(`stat of ${path} and its folder`)
  const file = await stat(path).catch(() => null) // there is none yet
  const me = process.getuid?.()
  const found: Finding[] = []
  if (file && me !== undefined && file.uid !== me)
    found.push(
      warning(
        'LOG_FILE_UNSAFE',
        `${path} belongs to the user with id ${file.uid}, who can read it`,
        `sudo chown "$USER" ${shellWord(path)}`,
      ),
    )
  for (const folder of new Set([dirname(path), await realpath(dirname(named))])) {
    // In a folder such as /tmp, the sticky bit keeps others from replacing it.
    if (((await stat(folder)).mode & 0o1002) !== 0o002) continue
    const message = `any user may write ${folder}, and put a link in the place of the log file`
    found.push(warning('LOG_FILE_UNSAFE', message, `chmod o-w ${shellWord(folder)}`))
  }
  return found
}

async function codeOf(done: Promise<void>): Promise<string | null> {
  return done.then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )
}
