import { UsageError } from '../errors/usage-error.js'

/** The most bytes that a question on standard input may have. */
const MAX = 16 * 1024 * 1024

/**
 * Reads standard input to its end, without the line end of its last line.
 *
 * @throws {UsageError} STDIN_TOO_LARGE · STDIN_NOT_UTF8
 */
export async function readStdin(stdin: AsyncIterable<Buffer> = process.stdin): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    size += chunk.length
    if (size > MAX)
      throw new UsageError('STDIN_TOO_LARGE', `standard input has more than ${MAX} bytes`, 'ask with less text')
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)).replace(/\r?\n$/, '')
  } catch {
    throw new UsageError('STDIN_NOT_UTF8', 'standard input is not UTF-8 text', 'convert it: iconv -t UTF-8')
  }
}
