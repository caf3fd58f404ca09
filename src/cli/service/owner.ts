import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Owner } from '../../service/service.js'

const run = promisify(execFile)

/** Returns who owns a file. */
export async function ownerOf(file: string): Promise<Owner> {
  const { uid, gid } = await stat(file)
  return { uid, gid, name: await nameOf(uid) }
}

/** Node knows the name of its own user only. */
async function nameOf(uid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('id', ['-un', String(uid)], { timeout: 5_000 })
    return stdout.trim() || undefined
  } catch {
    return undefined // a user id without an entry in passwd works as a number
  }
}
