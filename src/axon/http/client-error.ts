import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { http } from '../../async/node-http.js'
import { Refusal } from '../../wires/refusal.js'
import type { Wire } from '../../wires/wire.js'
import { discard } from './write-reply.js'

/**
 * Answers input that Node cannot parse as a request, in the form of every refusal, and closes the connection.
 *
 * @returns the refusal that it wrote; null when it wrote none
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket, wire: Wire): Refusal | null {
  // Node reports an error for each further chunk of the same input.
  if (closing.has(socket)) return null
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return null
  }
  const refusal = badHttp(error.code)
  return refuseAndClose(refusal, socket, wire) ? refusal : null
}

/**
 * Writes a refusal to a connection, and closes it. When an earlier request of the connection is still being answered, that
 * answer goes out first, and alone.
 *
 * @returns whether it wrote the refusal
 */
export function refuseAndClose(refusal: Refusal, socket: Socket, wire: Wire): boolean {
  closing.add(socket)
  const current = openReply(socket)
  if (current?.headersSent || current?.req.complete) {
    if (current.writableFinished) close(socket)
    else current.once('finish', () => close(socket))
    return false
  }
  socket.write(rawReply(refusal, wire))
  close(socket)
  return true
}

const closing = new WeakSet<Socket>()

function close(socket: Socket): void {
  socket.end()
  discard(socket, () => socket.destroy())
}

function rawReply(refusal: Refusal, wire: Wire): string {
  const { status, headers, body } = wire.refuse(null, refusal, { hotkey: '', ip: '', port: 0, processMs: 0 })
  const all = [...headers, ['content-length', String(Buffer.byteLength(body))], ['connection', 'close']]
  const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${head}\r\n${body}`
}

function badHttp(code: string | undefined): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return new Refusal('HEADERS_TOO_LARGE')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Refusal('BODY_TIMEOUT')
  return new Refusal('MALFORMED', 'This is not HTTP')
}

/** The next reply of this connection, from Node's internals. */
function openReply(socket: Socket): ServerResponse | null {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? null
}
