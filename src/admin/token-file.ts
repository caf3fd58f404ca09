import { randomBytes } from 'node:crypto'
import { link, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeNewFile } from '../disk/new-file.js'
import { makePrivateFolder, readPrivateFile } from '../disk/private-file.js'
import { AdminError } from './admin-error.js'

const BYTES = 32
const MAX_BYTES = 1_024
/** 32 bytes in base64url. */
const FORM = /^[\w-]{43}$/

/** Returns the path of the token's file. @param folder of the admin port, in the data folder */
export function tokenPath(folder: string): string {
  return join(folder, 'token')
}

/**
 * Reads the token of the admin port, and makes one when there is none. Its file is this user's, and only this user may read it.
 *
 * @throws {AdminError} ADMIN_TOKEN_UNUSABLE
 */
export async function readOrMakeToken(folder: string): Promise<string> {
  const path = tokenPath(folder)
  const found = await readToken(path)
  if (found !== null) return found
  const token = randomBytes(BYTES).toString('base64url')
  try {
    await makePrivateFolder(folder)
    await writeOnce(path, `${token}\n`)
  } catch (error) {
    throw unusable(path, `cannot be written: ${(error as Error).message}`, error)
  }
  // Another miner that starts at this moment may have been first.
  return (await readToken(path)) ?? token
}

/** Creates a file with its text at once, so that another process never reads half of it; leaves one that is there. */
async function writeOnce(path: string, text: string): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.new`
  await writeNewFile(beside, text)
  try {
    await link(beside, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    await rename(beside, path) // a file system without links
  } finally {
    await rm(beside, { force: true })
  }
}

/** @returns null when there is no file */
async function readToken(path: string): Promise<string | null> {
  const bytes = await readPrivateFile(path, MAX_BYTES, { isSecret: true })
  if ('why' in bytes) {
    if (bytes.code === 'ENOENT') return null
    throw unusable(path, bytes.why)
  }
  const token = bytes.toString().trim()
  if (!FORM.test(token)) throw unusable(path, 'does not hold a token')
  return token
}

function unusable(path: string, why: string, cause?: unknown): AdminError {
  const hint = 'remove it, so that the next start writes a new one, or set admin.token to a secret of your own'
  return new AdminError('ADMIN_TOKEN_UNUSABLE', `the file of the admin token ${path} ${why}`, { hint, cause })
}
