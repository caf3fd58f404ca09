import type { IncomingHttpHeaders } from 'node:http'
import { http } from '../../async/node-http.js'

/**
 * A request whose `headers` are only those that Node's server, fastify and this axon look up by name. Node would make an object
 * of all forty that a dendrite sends, which the wire does not need: it reads `rawHeaders`.
 */
export class LeanRequest extends http.IncomingMessage {
  /** undefined until they are looked up */
  named: IncomingHttpHeaders | undefined
}

// Not in the class: Node's types have a property where Node has an accessor.
Object.defineProperty(LeanRequest.prototype, 'headers', {
  get(this: LeanRequest) {
    this.named ??= pickNamed(this.rawHeaders)
    return this.named
  },
})

const NAMES = ['expect', 'connection', 'content-length']
const LENGTHS = new Set(NAMES.map(name => name.length))

/** Joins a repeated header, as Node does; its parser refuses a repeated content-length. */
function pickNamed(rawHeaders: readonly string[]): IncomingHttpHeaders {
  const headers: Record<string, string> = {}
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!LENGTHS.has(rawHeaders[at]!.length)) continue
    const name = rawHeaders[at]!.toLowerCase()
    if (!NAMES.includes(name)) continue
    const value = rawHeaders[at + 1]!
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return headers
}
