import type { ParsedRequest } from './oracle/http.ts'

/** A reply as it came. */
export type ParsedReply = {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
  readonly isWhole: boolean
}

/** Replies that do not read as HTTP. */
export class BadReply extends Error {
  override readonly name = 'BadReply'
}

/**
 * Takes the replies of a connection apart; the interim 100 is left out. The methods of the requests tell which replies have
 * no body.
 *
 * @throws {BadReply} for what is no reply, or holds a header that HTTP does not allow
 */
export function repliesOf(bytes: Buffer, requests: readonly ParsedRequest[]): ParsedReply[] {
  const replies: ParsedReply[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n\r\n', at)
    if (end < 0) return replies // cut off within a head
    const { status, headers } = headOf(bytes.subarray(at, end).toString('latin1'))
    at = end + 4
    if (status === 100) continue
    const isBodiless = requests[replies.length]?.method === 'HEAD' || status === 204 || status === 304
    const { body, next } = isBodiless ? { body: Buffer.alloc(0), next: at } : bodyOf(bytes, at, headers)
    replies.push({ status, headers, body, isWhole: next !== null })
    if (next === null) return replies
    at = next
  }
  return replies
}

function headOf(text: string): Pick<ParsedReply, 'status' | 'headers'> {
  const [line = '', ...lines] = text.split('\r\n')
  const [, status] = /^HTTP\/1\.1 (\d{3}) [ -~]*$/.exec(line) ?? []
  if (status === undefined) throw new BadReply(`no status line: ${JSON.stringify(line.slice(0, 200))}`)
  const headers = new Map<string, string>()
  for (const one of lines) {
    const [, name, value] = /^([\w-]+): ([ -~]*)$/.exec(one) ?? []
    if (name === undefined || value === undefined)
      throw new BadReply(`not a header: ${JSON.stringify(one.slice(0, 200))}`)
    if (headers.has(name.toLowerCase())) throw new BadReply(`the header ${name} comes twice`)
    headers.set(name.toLowerCase(), value)
  }
  return { status: Number(status), headers }
}

function bodyOf(bytes: Buffer, start: number, headers: ParsedReply['headers']): { body: Buffer; next: number | null } {
  const length = headers.get('content-length')
  if (length !== undefined) {
    const end = start + Number(length)
    return { body: bytes.subarray(start, end), next: end <= bytes.length ? end : null }
  }
  if (headers.get('transfer-encoding') !== 'chunked') return { body: bytes.subarray(start), next: null }
  const chunks: Buffer[] = []
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return { body: Buffer.concat(chunks), next: null }
    const size = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16)
    if (Number.isNaN(size)) throw new BadReply('a chunk without a size')
    const end = line + 2 + size
    if (end + 2 > bytes.length) return { body: Buffer.concat(chunks), next: null }
    chunks.push(bytes.subarray(line + 2, end))
    at = end + 2
    if (size === 0) return { body: Buffer.concat(chunks), next: at }
  }
}
