import { readBounded } from '../../config/read-bounded.js'
import { readJson } from '../../wires/json/read.js'
import { isObject, type JsonObject } from '../../wires/json/tree.js'
import { Refusal } from '../../wires/refusal.js'
import { UsageError } from '../errors/usage-error.js'
import { readStdin } from './stdin.js'

/** The limit of standard input, too. */
const MAX_BYTES = 16 * 1024 * 1024

/**
 * Reads the fields that `--body` gives: a JSON object, `-` for one on standard input, or the file that holds it. Keeps them
 * exact: 64 differs from 64.0, and integers have any size.
 *
 * @throws {UsageError} BODY_UNREADABLE · BODY_MALFORMED
 */
export async function readBodyFlag(value: string): Promise<JsonObject> {
  const bytes = await bytesOf(value)
  try {
    const tree = readJson(bytes)
    if (isObject(tree)) return tree
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw malformed(error.message.replace('The body', '--body'))
  }
  throw malformed('--body must be a JSON object')
}

async function bytesOf(value: string): Promise<Uint8Array> {
  if (value === '-') return Buffer.from(await readStdin())
  // A list is refused as a body later: it is a mistake, but not the name of a file.
  if (/^\s*[{[]/.test(value)) return Buffer.from(value)
  const bytes = await readBounded(value, MAX_BYTES)
  if (Buffer.isBuffer(bytes)) return bytes
  const hint = "a file, - for standard input, or the JSON itself: '{…}'"
  throw new UsageError('BODY_UNREADABLE', `the file of --body ${bytes.why}`, hint)
}

function malformed(message: string): UsageError {
  return new UsageError('BODY_MALFORMED', message, 'give one JSON object with the fields of the synapse')
}
