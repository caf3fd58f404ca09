import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Refusal } from '../wires/refusal.js'
import type { Wire } from '../wires/wire.js'
import { discard } from './write-reply.js'

/** Answers what Node could not read as a request, in the form of every other refusal, and closes the connection. */
export function answerBadHttp(error: NodeJS.ErrnoException, socket: Socket, wire: Wire): void {
  if (error.code === 'ECONNRESET' || !socket.writable || answering(socket)) return void socket.destroy()
  const reply = wire.refuse(null, badHttp(error.code), { hotkey: '', ip: '', port: 0, processMs: 0 })
  const headers = [...reply.headers, ['content-length', String(reply.body.length)], ['connection', 'close']]
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.write(`HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status]}\r\n${head}\r\n`)
  socket.end(reply.body)
  discard(socket, () => socket.destroy())
}

function badHttp(code: string | undefined): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return new Refusal('HEADERS_TOO_LARGE')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Refusal('BODY_TIMEOUT')
  return new Refusal('MALFORMED', 'This is not HTTP')
}

/** Has a reply on this connection begun? Another one would be read as part of it. */
function answering(socket: Socket): boolean {
  const { _httpMessage: current } = socket as Socket & { _httpMessage?: { headersSent: boolean } | null }
  return current?.headersSent ?? false
}
