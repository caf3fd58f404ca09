import { Agent, type ClientRequest, type IncomingMessage, request as startRequest } from 'node:http'
import { timeoutSignal } from '../../async/timeout.js'
import { readJson } from '../../wires/json/read.js'
import { isObject, type JsonObject } from '../../wires/json/tree.js'
import { Refusal } from '../../wires/refusal.js'
import { isStream, readStreamHead } from '../../wires/synapse/read-reply.js'
import { type HttpHead, type ReplyStatus, readReplyHead } from '../../wires/synapse/read-reply-head.js'
import { NotTried } from '../not-tried.js'
import type { CraftedRequest } from './craft.js'

/** What a request got. */
export type AuditReply = {
  /** from the head, the body or HTTP; null without a reply */
  readonly status: number | null
  readonly message: string
  /** name, value, name, value … */
  readonly rawHeaders: readonly string[]
  /** the body, if it is an object of JSON */
  readonly json: JsonObject | null
  /** without a reply: no connection could be opened, it was closed, or the time was over */
  readonly end?: 'unreachable' | 'closed' | 'silent'
  readonly ms: number
}

/** Where the axon is. The address was resolved once, so that no name can move the attacks to another machine. */
export type AuditTarget = { readonly ip: string; readonly port: number }

type ClientOptions = {
  readonly target: AuditTarget
  /** connections at once */
  readonly connections: number
  /** requests in all; the next one throws */
  readonly maxRequests: number
  /** the address to connect from; by default the system's choice */
  readonly localAddress?: string | undefined
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** As much of a reply as is read: no real one is larger. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024

/** Sends crafted requests unchanged, on a bounded number of connections, and a bounded number of them. */
export class AuditClient implements Disposable {
  readonly #options: ClientOptions
  readonly #agent: Agent
  #sent = 0

  constructor(options: ClientOptions) {
    this.#options = options
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.connections })
  }

  /** requests so far */
  get sent(): number {
    return this.#sent
  }

  /**
   * Sends a request, and reads its reply to the end. A failure of the connection is a reply, too: one without a status.
   *
   * @throws {NotTried} when no further request may be sent · the signal's reason when it aborts
   */
  async send(request: CraftedRequest, timeoutMs = this.#options.timeoutMs): Promise<AuditReply> {
    const startedAt = performance.now()
    const { signal: parent, maxRequests } = this.#options
    using timeout = timeoutSignal({ ms: timeoutMs, reason: () => SILENT, parent })
    const ended = (end: NonNullable<AuditReply['end']>): AuditReply => {
      return { status: null, message: '', rawHeaders: [], json: null, end, ms: performance.now() - startedAt }
    }
    for (;;) {
      if (this.#sent >= maxRequests) throw new NotTried(`no more than ${maxRequests} requests are sent`)
      this.#sent++
      const asking = this.#start(request, timeout.signal)
      try {
        const response = await responseTo(asking)
        return { ...(await readWhole(response)), ms: performance.now() - startedAt }
      } catch (error) {
        parent.throwIfAborted()
        if (timeout.signal.aborted) return ended('silent')
        // The axon closed the idle connection while the request was on its way: it never saw the request.
        if (asking.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET') continue
        return ended((error as NodeJS.ErrnoException).syscall === 'connect' ? 'unreachable' : 'closed')
      }
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  #start({ path, headers, body }: CraftedRequest, signal: AbortSignal): ClientRequest {
    const { target, localAddress } = this.#options
    const all = [...headers, ['content-length', String(body.length)]].flat()
    const request = startRequest({
      host: target.ip,
      port: target.port,
      ...(localAddress && { localAddress }),
      agent: this.#agent,
      method: 'POST',
      path,
      headers: all,
      signal,
    })
    request.end(body)
    return request
  }
}

const SILENT = new Error('no reply in time')

function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    request.once('upgrade', (_, socket) => socket.destroy())
    request.on('error', reject)
    request.once('close', () => reject(new Error('closed without a reply')))
  })
}

/** Reads a reply; one that is cut off, or too large, keeps the status of its head. @throws when it times out */
async function readWhole(response: IncomingMessage): Promise<Omit<AuditReply, 'ms'>> {
  const { rawHeaders, statusCode } = response
  const head = { status: statusCode!, rawHeaders }
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response) {
      size += chunk.length
      if (size > MAX_REPLY_BYTES) break
      chunks.push(chunk)
    }
  } catch {
    // The head has decided: what follows it changes no verdict.
  }
  if (isStream(head)) return { ...parts(head, readStreamHead(head)), rawHeaders, json: null }
  const json = jsonIn(Buffer.concat(chunks))
  try {
    return { ...parts(head, readReplyHead(head, json ?? new Map())), rawHeaders, json }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { status: head.status, message: '', rawHeaders, json } // its head is not one of this wire
  }
}

/** A reply that has a status of HTTP only is one all the same: the miner was asked. */
function parts({ status: http }: HttpHead, { status, message }: ReplyStatus) {
  return { status: status ?? http, message: message ?? '' }
}

function jsonIn(body: Buffer): JsonObject | null {
  try {
    const tree = readJson(body)
    return isObject(tree) ? tree : null
  } catch {
    return null // a page in another format, or nothing
  }
}
