/** A request as it came over a connection. */
export type ParsedRequest = {
  readonly method: string
  readonly target: string
  /** names in lower case, values as latin-1 */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** null when it did not arrive whole */
  readonly body: Buffer | null
}

/**
 * Takes the bytes of a connection apart, by the strict letter of RFC 9112. It ends with the first request that is not whole,
 * or that a server must refuse; what follows that can ask nothing.
 */
export function requestsOf(bytes: Buffer): ParsedRequest[] {
  const requests: ParsedRequest[] = []
  let at = 0
  for (;;) {
    while (bytes[at] === 0x0d || bytes[at] === 0x0a) at++
    const head = headAt(bytes, at)
    if (!head) return requests
    const body = bodyAt(bytes, head.end, head.headers)
    requests.push({ ...head, body: body?.bytes ?? null })
    if (!body || head.method === 'CONNECT' || /\bclose\b/i.test(valuesOf(head.headers, 'connection').join()))
      return requests
    at = body.end
  }
}

/** The values of a header, each as it came. */
export function valuesOf(headers: ParsedRequest['headers'], name: string): string[] {
  return headers.filter(([own]) => own === name).map(([, value]) => value)
}

// Node takes these other protocols and versions for HTTP/1.1, and several spaces for one, so they ask the same.
const REQUEST_LINE = /^([A-Z-]+) +(\S+) +(?:HTTP|RTSP|ICE)\/(?:0\.9|1\.[01]|2\.0)$/

const CRLF = Buffer.from('\r\n')

type Head = Omit<ParsedRequest, 'body'> & { readonly end: number }

function headAt(bytes: Buffer, start: number): Head | null {
  const end = bytes.indexOf('\r\n\r\n', start)
  if (end < 0) return null
  const [line = '', ...lines] = bytes.subarray(start, end).toString('latin1').split('\r\n')
  const [, method, target] = REQUEST_LINE.exec(line) ?? []
  if (method === undefined || target === undefined) return null
  const headers: [string, string][] = []
  for (const text of lines) {
    const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\0\r\n]*?)[ \t]*$/.exec(text) ?? []
    if (name === undefined || value === undefined) return null
    headers.push([name.toLowerCase(), value])
  }
  return { method, target, headers, end: end + 4 }
}

type Body = { readonly bytes: Buffer; readonly end: number }

/** The body of a head that ends at `start`; null when it is not whole, or its length is in doubt. */
function bodyAt(bytes: Buffer, start: number, headers: ParsedRequest['headers']): Body | null {
  const lengths = valuesOf(headers, 'content-length')
  const codings = valuesOf(headers, 'transfer-encoding')
  if (codings.length > 0) {
    if (lengths.length > 0 || codings.length > 1 || !/^chunked$/i.test(codings[0]!)) return null
    return chunksAt(bytes, start)
  }
  if (lengths.length > 1 || !/^\d*$/.test(lengths[0] ?? '0')) return null
  const end = start + Number(lengths[0] ?? 0)
  return end <= bytes.length ? { bytes: bytes.subarray(start, end), end } : null
}

function chunksAt(bytes: Buffer, start: number): Body | null {
  const chunks: Buffer[] = []
  let at = start
  for (;;) {
    const line = lineAt(bytes, at)
    const [, size] = /^([0-9a-fA-F]+)(?:[ \t]*;.*)?$/.exec(line ?? '') ?? []
    if (line === null || size === undefined) return null
    at += line.length + 2
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    const end = at + length
    if (!bytes.subarray(end, end + 2).equals(CRLF)) return null
    chunks.push(bytes.subarray(at, end))
    at = end + 2
  }
  for (;;) {
    const line = lineAt(bytes, at)
    if (line === null) return null
    at += line.length + 2
    if (line === '') return { bytes: Buffer.concat(chunks), end: at }
  }
}

function lineAt(bytes: Buffer, start: number): string | null {
  const end = bytes.indexOf('\r\n', start)
  return end < 0 ? null : bytes.subarray(start, end).toString('latin1')
}
