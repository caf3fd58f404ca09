import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AdminEvents, HistoryPoint, LiveHistory, LiveStatus, RequestEntry } from '../../../src/admin/api.ts'

const PAGE = new URL('../../../dist/admin/page/', import.meta.url)
const COOKIE = 'page-test=in'
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}
/** As the admin port sends them. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

export const TOKEN = 'the token of a page test'

/** What the page is to show. */
export type Shown = {
  status(at: number): LiveStatus
  /** the point of the second that begins then */
  point(at: number): HistoryPoint
  /** how many seconds of the past the miner remembers; 300 by default */
  readonly rememberedS?: number
  /** the newest first */
  readonly requests?: readonly RequestEntry[]
}

export type PageServer = AsyncDisposable & {
  readonly url: string
  readonly shown: Shown
  /** how many event streams are open */
  readonly streams: number
  /** Changes what is shown from now on. */
  show(shown: Partial<Shown>): void
  send<Name extends keyof AdminEvents>(name: Name, data: AdminEvents[Name]): void
  /** Ends all connections, and accepts none for its data until `mend`. */
  break(): void
  mend(): void
  /** Replies to all requests for data, or for events only, with a status. */
  refuse(what: 'data' | 'events', status: number): void
  /** Keeps its streams open, but says nothing on them any more until `mend`. */
  fallSilent(): void
  /** Forgets who is signed in. */
  signOut(): void
}

/**
 * Speaks the admin port's API over real sockets with what a test wants shown: a miner has few of these states, and only
 * for a moment. Its streams have a status and a point each second.
 */
export async function startPageServer(first: Shown): Promise<PageServer> {
  let shown = first
  let state: 'well' | 'broken' | 'silent' = 'well'
  let isKnown = true
  let refused: { readonly what: 'data' | 'events'; readonly status: number } | null = null
  const streams = new Set<ServerResponse>()
  const sockets = new Set<Socket>()

  const server = createServer((request, response) => {
    void reply(request, response).catch(error => response.destroy(error))
  })

  async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page')
    if (state === 'broken') return void request.socket.destroy()
    if (pathname === '/login' && request.method === 'POST') return logIn(request, response)
    if (!pathname.startsWith('/api/')) return sendFile(pathname, response)
    if (!isKnown || !request.headers.cookie?.includes(COOKIE)) return void response.writeHead(401, HEADERS).end()
    if (refused && (refused.what === 'data' || pathname === '/api/events'))
      return void response.writeHead(refused.status, HEADERS).end()
    const now = Date.now()
    if (pathname === '/api/events') return openStream(response)
    if (pathname === '/api/status') return sendJson(response, shown.status(now))
    if (pathname === '/api/history') return sendJson(response, historyOf(shown, searchParams.get('window'), now))
    if (pathname === '/api/requests') return sendJson(response, { requests: shown.requests ?? [] })
    response.writeHead(404, HEADERS).end()
  }

  async function logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { token } = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString())
    if (token !== TOKEN) return void response.writeHead(401, HEADERS).end()
    isKnown = true
    response.writeHead(204, { ...HEADERS, 'set-cookie': `${COOKIE}; HttpOnly; SameSite=Strict` }).end()
  }

  function openStream(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' })
    streams.add(response)
    response.once('close', () => streams.delete(response))
    write(response, 'status', shown.status(Date.now()))
  }

  function send<Name extends keyof AdminEvents>(name: Name, data: AdminEvents[Name]): void {
    for (const stream of streams) write(stream, name, data)
  }

  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const ticking = setInterval(() => {
    if (state !== 'well') return
    const now = Date.now()
    send('status', shown.status(now))
    send('point', shown.point(Math.floor(now / 1000) * 1000 - 1000))
  }, 1000)

  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get shown() {
      return shown
    },
    get streams() {
      return streams.size
    },
    show(changed) {
      shown = { ...shown, ...changed }
      send('status', shown.status(Date.now()))
    },
    send,
    break() {
      state = 'broken'
      for (const socket of sockets) socket.destroy()
    },
    mend() {
      state = 'well'
      refused = null
    },
    refuse(what, status) {
      refused = { what, status }
    },
    fallSilent() {
      state = 'silent'
    },
    signOut() {
      isKnown = false
      for (const stream of streams) stream.destroy()
    },
    async [Symbol.asyncDispose]() {
      clearInterval(ticking)
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function write(stream: ServerResponse, name: string, data: unknown): void {
  stream.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
}

function historyOf({ point, rememberedS = 300 }: Shown, window: string | null, now: number): LiveHistory {
  const [stepMs, steps] = window === '24h' ? [60_000, 1440] : window === '1h' ? [10_000, 360] : [1000, 300]
  const count = Math.min(steps, Math.ceil((rememberedS * 1000) / stepMs))
  const newest = Math.floor(now / stepMs) * stepMs
  const points = Array.from({ length: count }, (_, index) => {
    const { answered, refused, ...rest } = point(newest - (count - 1 - index) * stepMs)
    const factor = stepMs / 1000
    return { ...rest, answered: answered * factor, refused: refused * factor }
  })
  return { window: stepMs === 1000 ? '5m' : stepMs === 10_000 ? '1h' : '24h', stepMs, points }
}

async function sendFile(pathname: string, response: ServerResponse): Promise<void> {
  const path = pathname === '/' ? 'index.html' : pathname.slice(1)
  const file = await readFile(fileURLToPath(new URL(path, PAGE))).catch(() => undefined)
  if (!file) return void response.writeHead(404, HEADERS).end()
  response.writeHead(200, { ...HEADERS, 'content-type': TYPES[extname(path)] ?? 'text/plain' }).end(file)
}

function sendJson(response: ServerResponse, data: unknown): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'application/json' }).end(JSON.stringify(data))
}
