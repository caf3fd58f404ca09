import { Duplex, pipeline, type Readable } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createInflate,
  createInflateRaw,
  createUnzip,
  createZstdDecompress,
} from 'node:zlib'

/**
 * Decompresses a body as its chunks come. A body that is cut ends where it was cut; the reader has to bound its size.
 *
 * @param encoding the `content-encoding`: gzip, deflate, br and zstd, also several of them, in the order of their use
 * @returns the body itself when it has no encoding, or an unknown one: some servers name one that they do not apply
 */
export function decompressed(body: Readable, encoding = ''): Readable {
  const names = encoding
    .toLowerCase()
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '' && name !== 'identity')
  const steps = names.reverse().map(name => decompressors.get(name))
  // Nested ones multiply the work that a few bytes cause, and no server sends more than two.
  if (steps.length > 2) return body
  return steps.reduce<Readable>((from, step) => (step ? pipeline(from, step(), () => {}) : from), body)
}

// Flushes each chunk at once, and accepts a body that is cut.
const zlib = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
const brotli = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH }
const zstd = { flush: constants.ZSTD_e_flush, finishFlush: constants.ZSTD_e_flush }

const decompressors: ReadonlyMap<string, () => Duplex> = new Map([
  ['gzip', () => createUnzip(zlib)],
  ['x-gzip', () => createUnzip(zlib)],
  ['deflate', () => Duplex.from(inflate)],
  ['br', () => createBrotliDecompress(brotli)],
  ['zstd', () => createZstdDecompress(zstd)],
])

/** Some servers send `deflate` without the zlib header that RFC 9110 §8.4.1.2 asks for; aiohttp and browsers read both. */
async function* inflate(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const chunks = body[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done) return
  const step = (first.value[0]! & 0x0f) === 8 ? createInflate(zlib) : createInflateRaw(zlib)
  const rest = async function* () {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  yield* pipeline(rest, step, () => {})
}
