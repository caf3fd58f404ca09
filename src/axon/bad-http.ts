import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Refusal } from '../wires/refusal.js'
import type { Wire } from '../wires/wire.js'
import { discard } from './write-reply.js'

/** Answers what Node could not read as a request, in the form of every other refusal, and closes the connection. */
export function answerBadHttp(error: NodeJS.ErrnoException, socket: Socket, wire: Wire): void {
  // Node fails again at each piece that still comes of what it could not read.
  if (socket.writableEnded) return
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  // A reply that has begun is whole already; a second one would be taken for that of another request.
  if (!answering(socket)) socket.write(badReply(error.code, wire))
  socket.end()
  discard(socket, () => socket.destroy())
}

function badReply(code: string | undefined, wire: Wire): Buffer {
  const { status, headers, body } = wire.refuse(null, badHttp(code), { hotkey: '', ip: '', port: 0, processMs: 0 })
  const all = [...headers, ['content-length', String(body.length)], ['connection', 'close']]
  const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n`), body])
}

function badHttp(code: string | undefined): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return new Refusal('HEADERS_TOO_LARGE')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Refusal('BODY_TIMEOUT')
  return new Refusal('MALFORMED', 'This is not HTTP')
}

/** Has a reply on this connection begun and not ended? */
function answering(socket: Socket): boolean {
  const { _httpMessage: current } = socket as Socket & { _httpMessage?: { headersSent: boolean } | null }
  return current?.headersSent ?? false
}
