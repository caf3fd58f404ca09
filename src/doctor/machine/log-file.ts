import { constants } from 'node:fs'
import { access, lstat, readlink, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { shellWord } from '../../text/shell-word.js'
import { type Finding, findingsBy } from '../check.js'

export type LogFileCheck = {
  /** the process that has locked it; null: none on this machine */
  readonly writer: { readonly pid: number; readonly text: string } | null
  /** the miner of this hotkey that runs, as far as it tells of itself */
  readonly running: { readonly pid: number } | null
}

/**
 * Checks that the miner can write its log file, where `miner serve` would not start otherwise: that its folder is there, that this
 * user may make and rename files in it, and that no other miner writes the file. Makes and changes nothing.
 *
 * @param path absolute
 */
export async function checkLogFile(path: string, { writer, running }: LogFileCheck): Promise<readonly Finding[]> {
  const { ok, unknown, fault } = findingsBy(`stat and access of ${path} and its folder, and its lock`)
  const unusable = (await whyNoFolder(dirname(path))) ?? (await whyNoFile(path))
  if (unusable) return [fault('LOG_FILE_UNWRITABLE', unusable.message, unusable.hint)]
  const own = 'give each miner a log file of its own with --log-file'
  if (writer && running && writer.pid !== running.pid)
    return [fault('LOG_FILE_BUSY', `${writer.text} writes ${path}`, own)]
  const found = await doubts(path)
  if (writer && !running) found.push(unknown(`${writer.text} writes ${path}: this miner, or another one`, own))
  return found.length > 0 ? found : [ok(`${path} can be written`)]
}

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
  const about = await stat(path).catch(() => null) // there is none yet, or the link leads to none
  if (about === null) return null
  if (!about.isFile()) return { message: `${path} is not a regular file`, hint: OTHER }
  const code = await codeOf(access(path, constants.W_OK))
  const word = shellWord(path)
  return code === null
    ? null
    : { message: `this user may not write ${path} (${code})`, hint: `sudo chown "$USER" ${word}, or ${OTHER}` }
}

const OTHER = 'name another file with --log-file'

/** What does not keep it from writing, and is not as it should be. */
async function doubts(path: string): Promise<Finding[]> {
  const { warning } = findingsBy(`lstat of ${path} and its folder`)
  const [file, folder] = await Promise.all([lstat(path).catch(() => null), stat(dirname(path))]) // as above
  const me = process.getuid?.()
  const found: Finding[] = []
  if (file?.isSymbolicLink()) {
    const target = await readlink(path)
    const message = `${path} is a link to ${target}: when it is full, the miner renames the link and not the file, which then stays as it is`
    found.push(warning('LOG_FILE_UNSAFE', message, `--log-file ${shellWord(target)}`))
  } else if (file && me !== undefined && file.uid !== me)
    found.push(
      warning(
        'LOG_FILE_UNSAFE',
        `${path} belongs to the user with id ${file.uid}, who can read it`,
        `sudo chown "$USER" ${shellWord(path)}`,
      ),
    )
  // In a folder such as /tmp, the sticky bit keeps others from replacing it.
  if ((folder.mode & 0o1002) === 0o002)
    found.push(
      warning(
        'LOG_FILE_UNSAFE',
        `any user may write ${dirname(path)}, and put a link in the place of the log file`,
        `chmod o-w ${shellWord(dirname(path))}`,
      ),
    )
  return found
}

async function codeOf(done: Promise<void>): Promise<string | null> {
  return done.then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )
}
