import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import { linkedController } from '../../async/abortable.js'
import { http } from '../../async/node-http.js'
import { MAX_TIMER_MS } from '../../async/timeout.js'
import { escapeControls } from '../../text/escape.js'
import { readJson } from '../../wires/json/read.js'
import { isObject, type JsonObject } from '../../wires/json/tree.js'
import { Refusal } from '../../wires/refusal.js'
import { isStream, readStreamHead } from '../../wires/synapse/read-reply.js'
import { type HttpHead, type ReplyStatus, readReplyHead } from '../../wires/synapse/read-reply-head.js'
import { NotTried, throwIfNoneLeft } from '../not-tried.js'
import type { CraftedRequest } from './craft.js'

/** What a request got. */
export type AuditReply = {
  /** from the head, the body or HTTP; null without a reply */
  readonly status: number | null
  /** one line of bounded length */
  readonly message: string
  /** name, value, name, value … */
  readonly rawHeaders: readonly string[]
  /** the body, if it is an object of JSON */
  readonly json: JsonObject | null
  /** its end came */
  readonly isWhole: boolean
  /** without a reply: no connection could be opened, it was closed, the time was over, or what came is not HTTP */
  readonly end?: 'unreachable' | 'closed' | 'silent' | 'unreadable'
  /** since the request got its connection */
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
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: options.connections })
  }

  /** requests so far */
  get sent(): number {
    return this.#sent
  }

  /**
   * Sends a request, and reads its reply to the end. A failure of the connection is a reply, too: one without a status.
   *
   * @param timeoutMs counted from when the request gets its connection, so that others that wait for it cost no time
   * @throws {NotTried} when no further request may be sent, or no connection opened · the signal's reason when it aborts
   */
  async send(request: CraftedRequest, timeoutMs = this.#options.timeoutMs): Promise<AuditReply> {
    for (;;) {
      const reply = await this.#ask(request, timeoutMs)
      if (reply !== null) return reply
    }
  }

  /** Sends a request once. @returns null when it should be sent again, on a new connection */
  async #ask(request: CraftedRequest, timeoutMs: number): Promise<AuditReply | null> {
    const { signal, maxRequests } = this.#options
    if (this.#sent >= maxRequests) throw new NotTried(`no more than ${maxRequests} requests are sent`)
    this.#sent++
    using time = linkedController(signal)
    const asking = this.#start(request, time.signal)
    let startedAt = performance.now()
    let timer: NodeJS.Timeout | undefined
    const onSocket = () => {
      startedAt = performance.now()
      timer = setTimeout(() => time.abort(SILENT), Math.min(timeoutMs, MAX_TIMER_MS))
    }
    asking.once('socket', onSocket)
    const ms = () => performance.now() - startedAt
    try {
      const reply = await readWhole(await responseTo(asking))
      signal.throwIfAborted()
      return { ...reply, ms: ms() }
    } catch (error) {
      signal.throwIfAborted()
      throwIfNoneLeft(error)
      const { code } = error as NodeJS.ErrnoException
      // The axon closed the idle connection, most likely before the request came.
      if (asking.reusedSocket && code === 'ECONNRESET') return null
      const end = time.signal.aborted ? 'silent' : endOf(error as NodeJS.ErrnoException)
      return { status: null, message: '', rawHeaders: [], json: null, isWhole: false, end, ms: ms() }
    } finally {
      asking.off('socket', onSocket)
      clearTimeout(timer)
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  #start({ path, headers, body }: CraftedRequest, signal: AbortSignal): ClientRequest {
    const { target, localAddress } = this.#options
    const all = [...headers, ['content-length', String(body.length)]].flat()
    const request = http.request({
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

function endOf({ syscall, code = '' }: NodeJS.ErrnoException): NonNullable<AuditReply['end']> {
  if (syscall === 'connect' || syscall === 'bind') return 'unreachable'
  return code.startsWith('HPE_') ? 'unreadable' : 'closed'
}

/** Reads a reply; one that is cut off, too late or too large keeps the status of its head. */
async function readWhole(response: IncomingMessage): Promise<Omit<AuditReply, 'ms'>> {
  const { rawHeaders, statusCode } = response
  const head = { status: statusCode!, rawHeaders }
  const chunks: Buffer[] = []
  let size = 0
  let isWhole = true
  try {
    for await (const chunk of response) {
      size += chunk.length
      if (size > MAX_REPLY_BYTES) break
      chunks.push(chunk)
    }
  } catch {
    isWhole = false
  }
  if (isStream(head)) return { ...parts(head, readStreamHead(head)), rawHeaders, json: null, isWhole }
  const json = jsonIn(Buffer.concat(chunks))
  try {
    return { ...parts(head, readReplyHead(head, json ?? new Map())), rawHeaders, json, isWhole }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { status: head.status, message: '', rawHeaders, json, isWhole } // its head is not one of this wire
  }
}

/** A reply that has a status of HTTP only is one all the same: the miner was asked. */
function parts({ status: http }: HttpHead, { status, message }: ReplyStatus) {
  return { status: status ?? http, message: oneLine(message ?? '') }
}

/** Of a text of the axon, as much as tells what it means. */
function oneLine(text: string): string {
  return escapeControls(text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text)
}

const MAX_MESSAGE = 300

function jsonIn(body: Buffer): JsonObject | null {
  try {
    const tree = readJson(body)
    return isObject(tree) ? tree : null
  } catch {
    return null // a page in another format, or nothing
  }
}
