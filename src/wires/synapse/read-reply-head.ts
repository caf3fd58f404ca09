import { pythonFloat, pythonInt } from '../json/python-number.js'
import { isObject, JsonNumber, type JsonObject, type JsonTree } from '../json/tree.js'
import { Refusal } from '../refusal.js'

/** Status and headers of an HTTP reply. */
export type HttpHead = {
  readonly status: number
  /** name, value, name, value …, unchanged: dendrites compare header names case-sensitively */
  readonly rawHeaders: readonly string[]
}

/**
 * The outcome of a call, as a dendrite sees it. Only status 200 is a success; null means that the axon sent no status.
 */
export type ReplyStatus = {
  readonly status: number | null
  readonly message: string | null
  /** the processing time that the axon reports */
  readonly axonMs: number | null
  /** no axon sent the status: a dendrite gives it to a reply that is missing, late or broken */
  readonly statusFrom?: 'dendrite'
}

/**
 * Reads the status of a reply.
 *
 * @param json its body, the fallback for values missing from the head; empty when there is no body
 * @throws {Refusal} MALFORMED when a value that Python parses as a number is not one, or the status is not an HTTP
 *   status
 */
export function readReplyHead({ status, rawHeaders }: HttpHead, json: JsonObject): ReplyStatus {
  const head = headOf(rawHeaders)
  const success = status === 200
  const axon = json.get('axon')
  const side: JsonObject = success && isObject(axon) ? axon : new Map()

  const reported = head.get('bt_header_axon_status_code') ?? side.get('status_code')
  const code = statusOf(reported ?? (success ? null : String(status)))
  const seconds = numberOf(head.get('bt_header_axon_process_time') ?? side.get('process_time'))
  const text = success ? side.get('status_message') : (json.get('message') ?? json.get('detail'))
  return {
    // For a body that it cannot parse, SDK 6 sends 200 in the head and 422 in HTTP.
    status: code === 200 ? status : code,
    message: head.get('bt_header_axon_status_message') ?? (typeof text === 'string' ? text : null),
    axonMs: seconds === null ? null : seconds * 1000,
  }
}

/** Returns the status of a reply that cannot be parsed: 422. @throws the error unless it is a refusal */
export function unreadableReply(error: unknown, { status }: HttpHead): ReplyStatus {
  if (!(error instanceof Refusal)) throw error
  const message = `Failed to parse response: ${error.message} (HTTP ${status})`
  return { status: 422, message, axonMs: null, statusFrom: 'dendrite' }
}

/** Returns the media type with its parameters; empty without a `content-type`. */
export function contentType(rawHeaders: readonly string[]): string {
  return headerIn(rawHeaders, 'content-type') ?? ''
}

/** Returns the first value of a header, whose name is in lower case here and in any case there. */
export function headerIn(rawHeaders: readonly string[], name: string): string | undefined {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
  return at < 0 ? undefined : rawHeaders[at + 1]!
}

/** Returns whether Python's aiohttp accepts this media type as JSON. */
export function isJson(type: string): boolean {
  return /^(?:application\/json|[^;]*\+json)\s*(?:;|$)/i.test(type)
}

/**
 * Returns the headers by name, case unchanged.
 * @throws {Refusal} MALFORMED when one that Python parses as a number is not one
 */
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

/** Parses a status. @throws {Refusal} MALFORMED when it is not an HTTP status */
function statusOf(value: JsonTree): number | null {
  if (value === null) return null
  const code = numberOf(value)
  if (code === null || !Number.isInteger(code) || code < 100 || code > 599) {
    throw new Refusal('MALFORMED', 'its status is not one of HTTP')
  }
  return code
}

/** Parses a number from a body or a head; null when the value is not a number. */
function numberOf(value: JsonTree | undefined): number | null {
  const text = value instanceof JsonNumber ? value.token : value
  const number = typeof text === 'string' ? pythonFloat(text) : null
  return Number.isFinite(number) ? number : null
}
