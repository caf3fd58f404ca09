import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { extname } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Scope } from '../../app/scope.js'
import { MINERS } from '../../app/tokens.js'
import { ConfigError } from '../../config/config-error.js'
import { readConfigFile } from '../../config/layers/config-file.js'
import { writeNewFile } from '../../disk/new-file.js'
import { escapeName } from '../../text/escape.js'
import { formatMessage } from '../errors/format-message.js'
import { printError } from '../errors/print-error.js'
import { UsageError } from '../errors/usage-error.js'
import { fileUnwritable, makeFolderOf, type OpenFile, writeConfigFile } from './config-file.js'
import { requireNoNewProblems, sectionsOfFile } from './file-problems.js'
import { runEditor } from './run-editor.js'

/**
 * Lets the operator edit a copy of the configuration file, and puts the copy in the place of the file if it can be used.
 * Otherwise it asks on a terminal whether to edit it again. A copy that is not used is kept, and its path printed.
 *
 * @returns whether the file was changed
 * @throws {ConfigError} CONFIG_INVALID with what is wrong with the copy, without a terminal
 * @throws {UsageError} EDIT_REFUSED · EDITOR_MISSING · EDITOR_FAILED · FILE_CHANGED · FILE_UNWRITABLE · UNKNOWN_MINER
 */
export async function editConfig(file: OpenFile, scope: Scope): Promise<boolean> {
  const copy = `${file.path}.${randomBytes(4).toString('hex')}.edit${extname(file.path)}`
  try {
    await makeFolderOf(copy)
    await writeNewFile(copy, file.content?.text ?? '')
  } catch (error) {
    throw fileUnwritable(copy, error)
  }
  let isKept = false
  try {
    for (;;) {
      await runEditor(copy)
      isKept = true
      const isChanged = await putInPlace(file, copy, scope).catch(offerAgain)
      if (isChanged === AGAIN) continue
      isKept = false
      return isChanged
    }
  } finally {
    if (isKept) noteKept(copy, file.path)
    else await rm(copy, { force: true })
  }
}

const AGAIN = 'again'

/** Puts the copy in the place of the file. */
async function putInPlace(file: OpenFile, copy: string, scope: Scope): Promise<boolean> {
  const content = await readConfigFile({ path: copy, explicit: true })
  if (!content || 'problem' in content) throw new ConfigError('CONFIG_INVALID', content ? [content.problem] : [])
  if (content.text === (file.content?.text ?? '')) return false
  // Problems name the copy, where the mistakes are.
  const before = file.content && { ...file.content, path: copy }
  await requireNoNewProblems(before, content, await sectionsOfFile(content, scope.resolve(MINERS)))
  await writeConfigFile(file, content.text)
  return true
}

/** Asks on a terminal whether to edit the copy again, after a mistake in it. */
async function offerAgain(error: unknown): Promise<typeof AGAIN> {
  const isMistake = error instanceof ConfigError || (error instanceof UsageError && error.code === 'UNKNOWN_MINER')
  if (!isMistake || !process.stdin.isTTY || !process.stderr.isTTY) throw error
  printError(error, [])
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const asked = terminal.question('edit it again? [Y/n] ')
    // Ctrl-C and Ctrl-D close the interface, and the question never settles.
    const closed = new Promise<string>(resolve => terminal.once('close', () => resolve('n')))
    const answer = (await Promise.race([asked, closed])).trim().toLowerCase()
    if (answer === '' || answer.startsWith('y')) return AGAIN
  } finally {
    terminal.close()
  }
  throw new UsageError(
    'EDIT_REFUSED',
    'the edited text cannot be used, and the file is left as it was',
    'miner config edit',
  )
}

function noteKept(copy: string, path: string): void {
  if (!existsSync(copy)) return // the editor removed it
  const message = `what you edited is in ${escapeName(copy)}; ${escapeName(path)} is left as it is`
  process.stderr.write(formatMessage({ label: 'note', message }))
}
