import { isArray, isObject, JsonNumber, type JsonObject, type JsonTree } from '../json-tree.js'
import { pythonFloat, pythonInt } from '../python-number.js'
import { readJson } from '../read-json.js'
import { Refusal } from '../refusal.js'
import type { SynapseFields } from './ask-of.js'

export type HttpReply = {
  readonly status: number
  /** name, value, name, value …, as they came: dendrites compare names case by case */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
}

/** What became of an ask, as a dendrite sees it. Only status 200 is a success, and null is none. */
export type SynapseReply = {
  readonly status: number | null
  readonly message: string | null
  /** the synapse after the reply: required fields keep the asker's values */
  readonly fields: JsonObject
  /** how long the axon says that it took */
  readonly axonMs: number | null
}

/**
 * Reads a reply as a dendrite of SDK 10.2 does, but for its crashes: what cannot be read is status 422, never thrown.
 *
 * @see opentensor/bittensor v10.2.0 bittensor/core/dendrite.py process_server_response
 */
export function readReply(reply: HttpReply, asked: SynapseFields): SynapseReply {
  try {
    return read(reply, asked)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const message = `Failed to parse response: ${error.message} (HTTP ${reply.status})`
    return { status: 422, message, fields: asked.fields, axonMs: null }
  }
}

function read({ status, rawHeaders, body }: HttpReply, asked: SynapseFields): SynapseReply {
  const head = headOf(rawHeaders)
  const json = jsonOf(rawHeaders, body)
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
    fields: success ? merged(json, asked) : asked.fields,
    axonMs: seconds === null ? null : seconds * 1000,
  }
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

function jsonOf(rawHeaders: readonly string[], body: Uint8Array): JsonObject {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === 'content-type')
  const type = at < 0 ? '' : rawHeaders[at + 1]!
  if (!/^(?:application\/json|[^;]*\+json)\s*(?:;|$)/i.test(type)) {
    throw new Refusal('MALFORMED', `unexpected mimetype ${type || 'none'}`)
  }
  const json = readJson(body)
  if (!isObject(json)) throw new Refusal('MALFORMED', 'the reply is not a JSON object')
  return json
}

/** The asked fields with the answered ones over them. Required fields are frozen: the asker's values stay. */
function merged(json: JsonObject, { fields, required }: SynapseFields): JsonObject {
  const merge = (name: string, mine: JsonTree): JsonTree => {
    const frozen = required.includes(name)
    const theirs = json.get(name)
    if (theirs === undefined && frozen) throw new Refusal('MALFORMED', `the reply has no ${name}`)
    if (theirs === undefined) return mine
    if (mine !== null && kindOf(theirs) !== kindOf(mine)) {
      throw new Refusal('MALFORMED', `${name} of the reply is not a ${kindOf(mine)}`)
    }
    return frozen ? mine : theirs
  }
  return new Map(Array.from(fields, ([name, mine]) => [name, merge(name, mine)]))
}

function kindOf(tree: JsonTree): string {
  if (tree === null) return 'null'
  if (tree instanceof JsonNumber) return 'number'
  if (isArray(tree)) return 'list'
  return isObject(tree) ? 'object' : typeof tree
}

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
