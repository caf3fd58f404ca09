import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { secretName } from '../../config/secret-name.js'
import { createPrivateFile } from '../../disk/replace-file.js'
import { fileUnwritable } from './config-file.js'

/** How many names a secret's file may try. */
const MOST_NAMES = 100

/** Files with a secret each, beside a configuration file, that only this user can read. */
export class SecretFiles {
  readonly #folder: string
  readonly #created: string[] = []

  /** @param folder that of the configuration file */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** the files that were created */
  get paths(): readonly string[] {
    return this.#created
  }

  /**
   * Writes a secret to a file of its own, unless one has it already; a file that exists is left as it is.
   *
   * @param path that of the secret, after which the file is named: `wallet.password` makes `wallet-password.secret`
   * @returns the reference to it, relative to the folder
   * @throws {UsageError} FILE_UNWRITABLE
   */
  async store(path: string, secret: string): Promise<string> {
    const base = secretName(path)
    for (let count = 1; count <= MOST_NAMES; count++) {
      const name = `${base}${count === 1 ? '' : `-${count}`}.secret`
      const file = join(this.#folder, name)
      try {
        const text = `${secret}\n`
        if (!(await createPrivateFile(file, text))) {
          if (await hasOnly(file, text)) return `file:${name}`
          continue
        }
      } catch (error) {
        throw fileUnwritable(file, error)
      }
      this.#created.push(file)
      return `file:${name}`
    }
    throw fileUnwritable(join(this.#folder, `${base}.secret`), { code: 'EEXIST' })
  }

  /** Removes the files that were created. */
  async undo(): Promise<void> {
    for (const file of this.#created.splice(0)) await rm(file, { force: true })
  }
}

/** Whether a file that only its owner can read has this text. */
async function hasOnly(file: string, text: string): Promise<boolean> {
  const found = await stat(file)
  const isAlike = found.isFile() && found.size === Buffer.byteLength(text) && (found.mode & 0o077) === 0
  return isAlike && (await readFile(file, 'utf8')) === text
}
