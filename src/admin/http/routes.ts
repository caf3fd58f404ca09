import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HistoryWindow } from '../api.js'
import type { Gate } from '../gate/gate.js'
import { hostName, isLoopbackName } from '../gate/hosts.js'
import type { Shown } from '../sources.js'
import { EventStreams } from './event-streams.js'
import { readLogin } from './login-body.js'
import type { PageFiles } from './page-files.js'
import { type AdminReply, jsonReply, sendReply } from './reply.js'

type RoutesOptions = {
  readonly gate: Gate
  readonly page: PageFiles
  /**
   * Whether `/metrics` needs no token, because only this machine reaches the port. A proxy of this machine that asks under
   * another name needs one all the same.
   */
  readonly areMetricsOpen: boolean
}

const MAX_ENTRIES = 500
const DEFAULT_ENTRIES = 100
const windows: readonly string[] = ['5m', '1h', '24h'] satisfies HistoryWindow[]

/** Replies to a request: host, then site, then method, then token, then path. */
export class AdminRoutes implements Disposable {
  readonly #options: RoutesOptions
  /** null while the axon is not open yet */
  #shown: (Shown & { readonly streams: EventStreams }) | null = null

  constructor(options: RoutesOptions) {
    this.#options = options
  }

  show(shown: Shown): void {
    this.#shown = { ...shown, streams: new EventStreams(shown.figures) }
  }

  [Symbol.dispose](): void {
    this.#shown?.streams[Symbol.dispose]()
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await this.#reply(request)
    if (reply === 'events') this.#shown?.streams.open(request, response)
    else sendReply(request, response, reply)
  }

  async #reply(request: IncomingMessage): Promise<AdminReply | 'events'> {
    const { gate, page, areMetricsOpen } = this.#options
    const { method, url = '' } = request
    const denied = gate.denied(request)
    if (denied) return denied
    const [path = '', query = ''] = url.split('?', 2)
    if (method === 'POST' && path === '/login') return this.#login(request)
    if (method !== 'GET' && method !== 'HEAD')
      return { status: 405, headers: { Allow: path === '/login' ? 'POST' : 'GET, HEAD' } }
    const probe = this.#probe(path)
    if (probe) return probe
    if (path === '/metrics' && areMetricsOpen && isLoopbackName(hostName(request.headers.host ?? '') ?? ''))
      return this.#metrics()
    const file = page.get(path)
    // Of the package, and the same for everyone: the form to sign in needs them.
    if (file && path !== '/') return { status: 200, ...file }
    const locked = gate.locked(request)
    // A browser without a cookie gets the page, too, which then shows its form; it holds nothing of this miner.
    if (file) return { ...file, ...(locked ?? { status: 200 }) }
    return locked ?? this.#data(path, new URLSearchParams(query))
  }

  #probe(path: string): AdminReply | null {
    if (path === '/healthz') return { status: 200, body: 'ok\n' }
    if (path !== '/startupz' && path !== '/readyz') return null
    const word = !this.#shown ? 'starting' : path === '/startupz' ? 'started' : this.#shown.readiness()
    return { status: word === 'ready' || word === 'started' ? 200 : 503, body: `${word}\n` }
  }

  #data(path: string, query: URLSearchParams): AdminReply | 'events' | Promise<AdminReply> {
    if (!this.#shown) return starting
    const { figures } = this.#shown
    switch (path) {
      case '/api/status':
        return jsonReply(figures.status())
      case '/api/history': {
        const window = query.get('window') ?? '5m'
        return isWindow(window) ? jsonReply(figures.history(window)) : { status: 400 }
      }
      case '/api/requests': {
        const limit = Number(query.get('limit') ?? DEFAULT_ENTRIES)
        if (!Number.isInteger(limit) || limit < 1 || limit > MAX_ENTRIES) return { status: 400 }
        return jsonReply({ requests: figures.requests(limit) })
      }
      case '/api/events':
        return 'events'
      case '/metrics':
        return this.#metrics()
      default:
        return { status: 404 }
    }
  }

  async #metrics(): Promise<AdminReply> {
    if (!this.#shown) return starting
    const { contentType, text } = await this.#shown.metrics()
    return { status: 200, type: contentType, body: text }
  }

  async #login(request: IncomingMessage): Promise<AdminReply> {
    const token = await readLogin(request)
    if (typeof token !== 'string') return token
    const found = this.#options.gate.login(request, token)
    return 'cookie' in found ? { status: 200, headers: { 'Set-Cookie': found.cookie }, body: 'signed in\n' } : found
  }
}

/** Until the axon is open, which takes as long as the chain needs. */
const starting: AdminReply = { status: 503, headers: { 'Retry-After': '5' } }

function isWindow(text: string): text is HistoryWindow {
  return windows.includes(text)
}
