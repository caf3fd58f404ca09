import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { HistoryPoint, LiveStatus, RequestEntry } from '#dist/admin/api.js'
import { readPage } from '#dist/admin/http/page-files.js'
import { type AdminOptions, type AdminPort, openAdmin } from '#dist/admin/open-admin.js'
import type { AdminFigures, FiguresListener, Shown } from '#dist/admin/sources.js'

export const token = 'a-token-of-32-bytes-in-base64url-for-the-tests'

/** Figures that the test moves on: it says when a second has passed and when a request has ended. */
export class StillFigures implements AdminFigures {
  readonly listeners = new Set<FiguresListener>()
  dropped = 0
  /** characters of a text in each status, to fill the buffers of a reader that does not read */
  size = 0
  isBroken = false

  status(): LiveStatus {
    if (this.isBroken) throw new Error('a secret detail')
    return { at: 1, padding: 'x'.repeat(this.size) } as unknown as LiveStatus
  }

  history(window: '5m' | '1h' | '24h') {
    return { window, stepMs: 1_000, points: [] }
  }

  lastPoint(): HistoryPoint {
    return { at: 2 } as HistoryPoint
  }

  requests(limit: number): readonly RequestEntry[] {
    return Array.from({ length: Math.min(limit, 3) }, (_, at) => ({ id: String(at) }) as RequestEntry)
  }

  listen(listener: FiguresListener): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  countDropped(events: number): void {
    this.dropped += events
  }

  second(): void {
    for (const listener of this.listeners) listener.second()
  }

  request(id: string): void {
    for (const listener of this.listeners) listener.request({ id } as RequestEntry)
  }
}

export type TestedAdmin = AdminPort & { readonly figures: StillFigures; readonly errors: unknown[] }

/** Opens an admin port on a free port of loopback, with the page of this package. */
export async function startAdmin({
  readiness = () => 'ready' as const,
  ...options
}: Partial<AdminOptions & Pick<Shown, 'readiness'>> = {}): Promise<TestedAdmin> {
  const figures = new StillFigures()
  const errors: unknown[] = []
  const admin = await openAdmin({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    token,
    page: await readPage(),
    onError: error => errors.push(error),
    ...options,
  })
  const metrics = async () => ({ contentType: 'text/plain; version=0.0.4', text: 'a_metric 1\n' })
  admin.show({ figures, readiness, metrics })
  return Object.assign(admin, { figures, errors })
}

export type Replied = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** How a request differs from `GET /api/status` with the token. */
export type Asked = {
  readonly method?: string
  readonly path?: string
  /** in place of the default ones; null for an omitted one */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>
  readonly body?: string
  /** where the port is reached; by default at the host that it listens on */
  readonly at?: string
}

/** Writes a request as bytes on a connection of its own, and reads the reply until its end. */
export async function ask(admin: AdminPort, asked: Asked = {}): Promise<Replied> {
  const socket = send(admin, asked)
  return parseReply(await text(socket))
}

/** Writes a request as bytes on a connection of its own. */
export function send(
  { port }: Pick<AdminPort, 'port'>,
  { method = 'GET', path = '/api/status', ...asked }: Asked,
): Socket {
  const { headers, body = '', at = '127.0.0.1' } = asked
  const all = {
    Host: `127.0.0.1:${port}`,
    Authorization: `Bearer ${token}`,
    Connection: 'close',
    ...(body !== '' && { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, values]) =>
    [values ?? []].flat().map(value => `${name}: ${value}\r\n`),
  )
  const socket = connect({ port, host: at })
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  return socket
}

function parseReply(bytes: string): Replied {
  const end = bytes.indexOf('\r\n\r\n')
  const [first = '', ...lines] = bytes.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  return { status: Number(first.split(' ')[1]), headers, body: bytes.slice(end + 4) }
}
