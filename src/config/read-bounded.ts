import { open } from 'node:fs/promises'
import { homedir } from 'node:os'

/**
 * Reads a file that should be small. Pipes work too (`--config <(generate)`).
 *
 * @returns its bytes, or why there are none, in words that follow the file's name: `is a folder`; and the system's code
 */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer | { why: string; code: string }> {
  try {
    const file = await open(path, 'r')
    try {
      // One byte more than is allowed tells whether there is more.
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
  ['EACCES', 'may not be read by this user'],
  ['EPERM', 'may not be read by this user'],
  ['ENOTDIR', 'stands under a file that is no folder'],
])

/** A path that begins with `~` as the shell would expand it, where none does. */
export function expandHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, () => homedir())
}
