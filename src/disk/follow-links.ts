import { readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/**
 * Returns where a file is, or would be created: the path without symbolic links, those of its folders included. Unlike
 * `realpath`, it takes a path whose end is missing.
 *
 * @param path absolute
 * @throws the error of the file system, such as ELOOP or EACCES
 */
export async function followLinks(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const folder = await followLinks(dirname(path))
  const target = await readlink(path).catch(() => null) // it is missing, and so not a link
  return target === null ? join(folder, basename(path)) : followLinks(resolve(folder, target))
}
