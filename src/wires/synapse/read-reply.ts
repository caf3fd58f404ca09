import { readJson } from '../json/read.js'
import { isArray, isObject, JsonNumber, type JsonObject, type JsonTree } from '../json/tree.js'
import { Refusal } from '../refusal.js'
import type { SynapseFields } from './build-request.js'
import {
  contentType,
  type HttpHead,
  isJson,
  type ReplyStatus,
  readReplyHead,
  unreadableReply,
} from './read-reply-head.js'

/** A whole HTTP reply. */
export type HttpReply = HttpHead & { readonly body: Uint8Array }

/** The outcome of a call, and the synapse afterwards. */
export type SynapseReply = ReplyStatus & {
  /** the synapse's fields after the reply: frozen fields keep the caller's values */
  readonly fields: JsonObject
}

/**
 * Reads a reply as a dendrite of SDK 10.2 does, except for its crashes. Never throws: an unreadable reply gets status
 * 422.
 *
 * @see opentensor/bittensor v10.2.0 bittensor/core/dendrite.py process_server_response
 */
export function readReply(reply: HttpReply, asked: SynapseFields): SynapseReply {
  try {
    const json = jsonOf(reply)
    return { ...readReplyHead(reply, json), fields: reply.status === 200 ? merged(json, asked) : asked.fields }
  } catch (error) {
    return { ...unreadableReply(error, reply), fields: asked.fields }
  }
}

function jsonOf({ rawHeaders, body }: HttpReply): JsonObject {
  const type = contentType(rawHeaders)
  if (!isJson(type)) throw new Refusal('MALFORMED', `unexpected mimetype ${type || 'none'}`)
  const json = readJson(body)
  if (!isObject(json)) throw new Refusal('MALFORMED', 'the reply is not a JSON object')
  return json
}

/** Merges the reply's fields over the sent ones. Frozen fields keep the sent values. */
function merged(json: JsonObject, { fields, required, frozen = required }: SynapseFields): JsonObject {
  const merge = (name: string, sent: JsonTree): JsonTree => {
    const received = json.get(name)
    if (received === undefined && required.includes(name)) throw new Refusal('MALFORMED', `the reply has no ${name}`)
    if (received === undefined) return sent
    if (sent !== null && kindOf(received) !== kindOf(sent)) {
      throw new Refusal('MALFORMED', `${name} of the reply is not a ${kindOf(sent)}`)
    }
    return frozen.includes(name) ? sent : received
  }
  return new Map(Array.from(fields, ([name, sent]) => [name, merge(name, sent)]))
}

function kindOf(tree: JsonTree): string {
  if (tree === null) return 'null'
  if (tree instanceof JsonNumber) return 'number'
  if (isArray(tree)) return 'list'
  return isObject(tree) ? 'object' : typeof tree
}

/**
 * Returns whether the body of this reply is a raw UTF-8 stream. Axons send the type `text/event-stream` although the
 * body has no events; the SDK ignores the type. Refusals are JSON, and SDK 6.0 to 6.4 refuse with HTTP 500.
 *
 * @see opentensor/bittensor v10.2.0 bittensor/core/stream.py BTStreamingResponse
 */
export function isStream({ status, rawHeaders }: HttpHead): boolean {
  return status === 200 && !isJson(contentType(rawHeaders))
}

/**
 * Reads the head of a stream, which arrives before the first piece and alone carries the status. Never throws: an
 * unreadable head gets status 422.
 */
export function readStreamHead(head: HttpHead): ReplyStatus {
  try {
    return readReplyHead(head, new Map())
  } catch (error) {
    return unreadableReply(error, head)
  }
}
