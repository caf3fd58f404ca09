import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { setTimeout } from 'node:timers/promises'

/** How long a named pipe may have no writer. */
const WRITER_MS = 5_000
const POLL_MS = 20

/**
 * Reads a file of at most `maxBytes`. Pipes work too (`--config <(generate)`); a named pipe gets some seconds for its writer
 * to open it.
 *
 * @returns its bytes; or the system's code and why it cannot be read, in words that follow the file's name: `is a folder`
 */
export async function readBounded(
  path: string,
  maxBytes: number,
  { writerMs = WRITER_MS } = {},
): Promise<Buffer | { why: string; code: string }> {
  try {
    const isPipe = (await stat(path)).isFIFO()
    // Non-blocking, because opening a named pipe would otherwise wait for a writer, and reading it for more.
    const file = await open(path, isPipe ? constants.O_RDONLY | constants.O_NONBLOCK : constants.O_RDONLY)
    try {
      // One extra byte shows whether the file is too large.
      const bytes = Buffer.alloc(maxBytes + 1)
      const deadline = performance.now() + writerMs
      // An inherited pipe, as of `<(generate)`, had its writer: it gets no other.
      let hasWriter = !isPipe || /^\/(dev|proc)\//.test(path)
      let length = 0
      for (;;) {
        const bytesRead = await readSome(file, bytes.subarray(length))
        if (bytesRead === 0 && hasWriter) return bytes.subarray(0, length)
        // Reading a pipe fails with EAGAIN while its writer is slow, and returns 0 when it has none.
        if (bytesRead !== 0) hasWriter = true
        else if (performance.now() > deadline) return noWriter(writerMs)
        if (!bytesRead) await setTimeout(POLL_MS)
        length += bytesRead ?? 0
        if (length > maxBytes) return { why: `is larger than ${maxBytes / 1024} KiB`, code: 'EFBIG' }
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = codeOf(error)
    return { why: reasons.get(code) ?? `cannot be read: ${code}`, code }
  }
}

/** Returns the hint for a file of a flag that cannot be read, by the system's code. */
export function anotherFile(flag: string, { code }: { readonly code: string }): string {
  return code === 'EFBIG' ? `give ${flag} a smaller file` : `give ${flag} a file that this user can read`
}

/** Reads the next bytes; undefined when a pipe has none yet. */
async function readSome(file: FileHandle, bytes: Buffer): Promise<number | undefined> {
  try {
    return (await file.read(bytes, 0, bytes.length, null)).bytesRead
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return undefined
    throw error
  }
}

function noWriter(ms: number): { why: string; code: string } {
  return { why: `is a pipe, and no program opened it for writing within ${ms / 1000} s`, code: 'ETIMEDOUT' }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN'
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
