import { open } from 'node:fs/promises'
import { homedir } from 'node:os'

/**
 * Reads a file of at most `maxBytes`. Pipes work too (`--config <(generate)`).
 *
 * @returns its bytes; or the system's code and why it cannot be read, in words that follow the file's name: `is a folder`
 */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer | { why: string; code: string }> {
  try {
    const file = await open(path, 'r')
    try {
      // One extra byte shows whether the file is too large.
      const bytes = Buffer.alloc(maxBytes + 1)
      let length = 0
      for (;;) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length, null)
        if (bytesRead === 0) return bytes.subarray(0, length)
        length += bytesRead
        if (length > maxBytes) return { why: `is larger than ${maxBytes / 1024} KiB`, code: 'EFBIG' }
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN'
    return { why: reasons.get(code) ?? `cannot be read: ${code}`, code }
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'does not exist'],
  ['EISDIR', 'is a folder'],
  ['EACCES', 'is not readable by this user'],
  ['EPERM', 'is not readable by this user'],
  ['ENOTDIR', 'has a parent that is not a folder'],
])

/** Expands a leading `~` as a shell would, for paths that no shell has expanded. */
export function expandHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, () => homedir())
}
