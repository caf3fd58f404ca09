import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Refusal } from '../../wires/refusal.js'
import type { Wire } from '../../wires/wire.js'
import { discard } from './write-reply.js'

/** Answers what Node could not read as a request, in the form of every other refusal, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket, wire: Wire): void {
  // Node fails again at each piece that still comes of what it could not read.
  if (closing.has(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  // What is wrong may follow a request whose answer is still being made: that one is answered first, and alone.
  const current = openReply(socket)
  if (current?.headersSent || current?.req.complete) {
    closing.add(socket)
    if (current.writableFinished) close(socket)
    else current.once('finish', () => close(socket))
  } else refuseAndClose(badHttp(error.code), socket, wire)
}

/** Writes a refusal to a connection that has no reply open, and closes it. */
export function refuseAndClose(refusal: Refusal, socket: Socket, wire: Wire): void {
  closing.add(socket)
  socket.write(rawReply(refusal, wire))
  close(socket)
}

const closing = new WeakSet<Socket>()

function close(socket: Socket): void {
  socket.end()
  discard(socket, () => socket.destroy())
}

function rawReply(refusal: Refusal, wire: Wire): Buffer {
  const { status, headers, body } = wire.refuse(null, refusal, { hotkey: '', ip: '', port: 0, processMs: 0 })
  const all = [...headers, ['content-length', String(body.length)], ['connection', 'close']]
  const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n`), body])
}

function badHttp(code: string | undefined): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return new Refusal('HEADERS_TOO_LARGE')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Refusal('BODY_TIMEOUT')
  return new Refusal('MALFORMED', 'This is not HTTP')
}

/** The reply that this connection is to carry next, as Node keeps it. */
function openReply(socket: Socket): ServerResponse | null {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? null
}
