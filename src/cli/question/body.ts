import { readBounded } from '../../config/read-bounded.js'
import { readJson } from '../../wires/json/read.js'
import { isObject, type JsonObject } from '../../wires/json/tree.js'
import { Refusal } from '../../wires/refusal.js'
import { UsageError } from '../errors/usage-error.js'
import { readStdin } from './stdin.js'

/** As much as standard input may have. */
const MAX_BYTES = 16 * 1024 * 1024

/**
 * The fields that `--body` gives: a JSON object, `-` for one on standard input, or the file that holds it. Nothing of it
 * is lost: 64 stays apart from 64.0, and integers have any size.
 *
 * @throws {UsageError} BODY_UNREADABLE · BODY_MALFORMED
 */
export async function readBodyFlag(said: string): Promise<JsonObject> {
  const bytes = await bytesOf(said)
  try {
    const tree = readJson(bytes)
    if (isObject(tree)) return tree
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw malformed(error.message.replace('The body', '--body'))
  }
  throw malformed('--body must be a JSON object')
}

async function bytesOf(said: string): Promise<Uint8Array> {
  if (said === '-') return Buffer.from(await readStdin())
  // A list is no body, but whoever types one means no file.
  if (/^\s*[{[]/.test(said)) return Buffer.from(said)
  const bytes = await readBounded(said, MAX_BYTES)
  if (Buffer.isBuffer(bytes)) return bytes
  const hint = "a file, - for standard input, or the JSON itself: '{…}'"
  throw new UsageError('BODY_UNREADABLE', `the file of --body ${bytes.why}`, hint)
}

function malformed(message: string): UsageError {
  return new UsageError('BODY_MALFORMED', message, 'give one JSON object with the fields of the synapse')
}
