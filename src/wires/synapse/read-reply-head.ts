import { pythonFloat, pythonInt } from '../json/python-number.js'
import { isObject, JsonNumber, type JsonObject, type JsonTree } from '../json/tree.js'
import { Refusal } from '../refusal.js'

export type HttpHead = {
  readonly status: number
  /** name, value, name, value …, as they came: dendrites compare names case by case */
  readonly rawHeaders: readonly string[]
}

/** What became of an ask, as a dendrite sees it. Only status 200 is a success, and null is none. */
export type ReplyStatus = {
  readonly status: number | null
  readonly message: string | null
  /** how long the axon says that it took */
  readonly axonMs: number | null
}

/**
 * Reads what a reply says became of the ask.
 *
 * @param json its body, which is asked where the head says nothing; empty when there is none
 * @throws {Refusal} MALFORMED when what is a number for Python is none, or the status is not one of HTTP
 */
export function readReplyHead({ status, rawHeaders }: HttpHead, json: JsonObject): ReplyStatus {
  const head = headOf(rawHeaders)
  const success = status === 200
  const axon = json.get('axon')
  const side: JsonObject = success && isObject(axon) ? axon : new Map()

  const told = head.get('bt_header_axon_status_code') ?? side.get('status_code')
  const code = statusOf(told ?? (success ? null : String(status)))
  const seconds = numberOf(head.get('bt_header_axon_process_time') ?? side.get('process_time'))
  const said = success ? side.get('status_message') : (json.get('message') ?? json.get('detail'))
  return {
    // SDK 6 calls a body that it could not read a 200 in the head and a 422 in HTTP.
    status: code === 200 ? status : code,
    message: head.get('bt_header_axon_status_message') ?? (typeof said === 'string' ? said : null),
    axonMs: seconds === null ? null : seconds * 1000,
  }
}

/** The verdict on a reply that cannot be read. @throws what is no refusal */
export function unreadableReply(error: unknown, { status }: HttpHead): ReplyStatus {
  if (!(error instanceof Refusal)) throw error
  return { status: 422, message: `Failed to parse response: ${error.message} (HTTP ${status})`, axonMs: null }
}

/** Its media type with parameters; empty when it names none. */
export function contentType(rawHeaders: readonly string[]): string {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === 'content-type')
  return at < 0 ? '' : rawHeaders[at + 1]!
}

/** Is it JSON to Python's aiohttp? */
export function isJson(type: string): boolean {
  return /^(?:application\/json|[^;]*\+json)\s*(?:;|$)/i.test(type)
}

/** The headers by the names they came with. @throws {Refusal} MALFORMED when one that is a number for Python is none */
function headOf(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  const head = new Map<string, string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    const value = rawHeaders[at + 1]!
    const bad = (INTEGERS.test(name) && pythonInt(value) === null) || (FLOATS.test(name) && pythonFloat(value) === null)
    if (bad) throw new Refusal('MALFORMED', `the header ${name} is not a number`)
    head.set(name, value)
  }
  return head
}

const INTEGERS = /^(?:bt_header_(?:axon|dendrite)_(?:status_code|port|version|nonce)|header_size|total_size)$/
const FLOATS = /^(?:timeout|bt_header_(?:axon|dendrite)_process_time)$/

/** @throws {Refusal} MALFORMED when HTTP has no such status */
function statusOf(told: JsonTree): number | null {
  if (told === null) return null
  const code = numberOf(told)
  if (code === null || !Number.isInteger(code) || code < 100 || code > 599) {
    throw new Refusal('MALFORMED', 'its status is not one of HTTP')
  }
  return code
}

/** A number as it stands in a body or a head; null for what is none. */
function numberOf(value: JsonTree | undefined): number | null {
  const text = value instanceof JsonNumber ? value.token : value
  const number = typeof text === 'string' ? pythonFloat(text) : null
  return Number.isFinite(number) ? number : null
}
