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

export type HttpReply = HttpHead & { readonly body: Uint8Array }

/** What became of an ask, and of what was asked. */
export type SynapseReply = ReplyStatus & {
  /** the synapse after the reply: frozen fields keep the asker's values */
  readonly fields: JsonObject
}

/**
 * Reads a reply as a dendrite of SDK 10.2 does, but for its crashes: what cannot be read is status 422, never thrown.
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

/** The asked fields with the answered ones over them. Of frozen ones the asker's values stay. */
function merged(json: JsonObject, { fields, required, frozen = required }: SynapseFields): JsonObject {
  const merge = (name: string, mine: JsonTree): JsonTree => {
    const theirs = json.get(name)
    if (theirs === undefined && required.includes(name)) throw new Refusal('MALFORMED', `the reply has no ${name}`)
    if (theirs === undefined) return mine
    if (mine !== null && kindOf(theirs) !== kindOf(mine)) {
      throw new Refusal('MALFORMED', `${name} of the reply is not a ${kindOf(mine)}`)
    }
    return frozen.includes(name) ? mine : theirs
  }
  return new Map(Array.from(fields, ([name, mine]) => [name, merge(name, mine)]))
}

function kindOf(tree: JsonTree): string {
  if (tree === null) return 'null'
  if (tree instanceof JsonNumber) return 'number'
  if (isArray(tree)) return 'list'
  return isObject(tree) ? 'object' : typeof tree
}

/**
 * Is the body of this reply the answer itself, as raw UTF-8 text? An axon says `text/event-stream`, although no events
 * come; the SDK does not look at it. A refusal is JSON all the same, and SDK 6.0 to 6.4 refuse with HTTP 500.
 *
 * @see opentensor/bittensor v10.2.0 bittensor/core/stream.py BTStreamingResponse
 */
export function isStream({ status, rawHeaders }: HttpHead): boolean {
  return status === 200 && !isJson(contentType(rawHeaders))
}

/**
 * Reads the head of a stream, which comes before the first piece and alone says what became of the ask. One that cannot
 * be read is status 422, never thrown.
 */
export function readStreamHead(head: HttpHead): ReplyStatus {
  try {
    return readReplyHead(head, new Map())
  } catch (error) {
    return unreadableReply(error, head)
  }
}
