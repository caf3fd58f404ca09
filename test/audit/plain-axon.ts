import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { base58 } from '@scure/base'
import { decodeAddress, isAddress } from '#dist/keys/ss58.js'
import { createVerifier } from '#dist/keys/verifier.js'
import { readJson } from '#dist/wires/json/read.js'
import { isObject, type JsonObject } from '#dist/wires/json/tree.js'
import { bodyHash } from '#dist/wires/synapse/body-hash.js'
import { bob } from '../support/signed-request.ts'

/** A check that the axon leaves out, or a mistake that it makes. */
export type Flaw =
  | 'takes no signature'
  | 'takes an empty signature'
  | 'takes any signature'
  | 'takes any receiver'
  | 'takes any prefix'
  | 'takes stale nonces'
  | 'takes nonces of the future'
  | 'takes a nonce twice'
  | 'forgets nonces'
  | 'believes any time-out'
  | 'believes an old version'
  | 'hashes no body'
  | 'takes the hash list of the body'
  | 'believes the body'
  | 'takes the first of two headers'
  | 'takes the last of two headers'
  | 'takes hyphens'
  | 'gets no underscores'
  | 'signs for strangers'
  | 'reads any length'
  | 'reads any chunks'
  | 'reads any depth'
  | 'waits for heads'
  | 'waits for bodies'
  | 'locks out by name'
  | 'has few connections'
  | 'queues strangers'
  | 'refuses everybody'
  | 'limits the rate'
  | 'fails at the model'
  | 'raises at the model'
  | 'closes at the model'
  | 'is behind a dead proxy'
  | 'dies of a refusal'
  | 'closes another address'
  | 'is slow at first'
  | 'locks out with 429'
  | 'cuts answers off'
  | 'closes after each reply'

export type PlainAxon = AsyncDisposable & {
  readonly target: { readonly ip: string; readonly port: number }
  /** the most connections that were open at once */
  readonly mostOpen: () => number
  /** requests so far */
  readonly requests: () => number
  /** resolves when no connection is open */
  readonly idle: () => Promise<void>
}

type Seen = { readonly atMs: number }

/** How long a nonce is remembered by an axon that forgets it; a pause between two requests is longer. */
export const FORGOTTEN_MS = 100
/** How long a head and a body may take. */
const ARRIVAL_MS = 1_000
/** Failures in a hotkey's name, after which an axon that locks out by name no longer answers it. */
const LOCKED_AFTER = 5
const MAX_BODY = 1024 * 1024
/** How long the first answers of a slow axon take: two of them longer than its caller waits. */
export const SLOW_MS = 1_600

/** Starts an axon of //Bob that makes every check by itself, in the plainest way, but those of its flaws. */
export async function plainAxon(...flaws: Flaw[]): Promise<PlainAxon> {
  const has = (flaw: Flaw) => flaws.includes(flaw)
  const { verify } = createVerifier({ onPanic: assertNever })
  const spent = new Map<string, Seen>()
  const failures = new Map<string, number>()
  let requests = 0
  let mostOpen = 0
  let answered = 0
  let strangers = 0

  const server = createServer(
    {
      headersTimeout: has('waits for heads') ? 0 : ARRIVAL_MS,
      requestTimeout: 0,
      connectionsCheckingInterval: 50,
      maxHeaderSize: 64 * 1024,
    },
    (request, response) => void answer(request, response).catch(unlessGone),
  )
  if (has('has few connections')) server.maxConnections = 20
  const open = new Set<Socket>()
  server.on('connection', socket => {
    open.add(socket)
    // One that this axon has ended counts no more, although its end is still on the way.
    mostOpen = Math.max(mostOpen, [...open].filter(({ writableEnded }) => !writableEnded).length)
    socket.on('error', () => {}).once('close', () => open.delete(socket))
    if (has('closes another address') && socket.remoteAddress !== '127.0.0.1') socket.destroy()
  })

  /** Checks the head. @returns why it is refused, or the hotkey */
  function check(request: IncomingMessage): { readonly status: number; readonly why: string } | { hotkey: string } {
    const refused = (why: string, status = 401) => ({
      status,
      why: status === 401 ? `Not Verified with error: ${why}` : why,
    })
    const head = headOf(request, has)
    if (head === null) return refused('a header comes twice', 400)
    const get = (name: string) => head.get(name) ?? ''
    const hotkey = get('bt_header_dendrite_hotkey')
    if (hotkey === '') return refused('No SS58 formatted address or public key provided.')
    if (has('refuses everybody')) return refused('Forbidden. Key is blacklisted: hotkey not allowed.', 403)
    const key = has('takes any prefix')
      ? base58.decode(hotkey).slice(1, 33)
      : isAddress(hotkey)
        ? decodeAddress(hotkey)
        : null
    if (key === null) return refused('Invalid SS58 address')
    const isLocked = (failures.get(hotkey) ?? 0) >= LOCKED_AFTER
    if (isLocked && has('locks out by name')) return refused('locked out')
    if (isLocked && has('locks out with 429')) return refused('Too many failures of this hotkey', 429)

    const nonce = BigInt(get('bt_header_dendrite_nonce'))
    const ageMs = Date.now() - Number(nonce / 1_000_000n)
    const timeout = Number(get('timeout').replace('inf', 'Infinity'))
    const maxAgeMs = 4_000 + (has('believes any time-out') ? timeout : Math.min(timeout, 60)) * 1000
    const isOld = has('believes an old version') && Number(get('bt_header_dendrite_version')) < 7_002_000
    if (ageMs > maxAgeMs && !isOld && !has('takes stale nonces')) return refused('Nonce is too old')
    if (ageMs < -4_000 && !has('takes nonces of the future')) return refused('Nonce is in the future')
    const id = `${nonce}.${get('bt_header_dendrite_uuid')}`
    const before = spent.get(id)
    const isForgotten = has('forgets nonces') && before !== undefined && Date.now() - before.atMs > FORGOTTEN_MS
    if (before && !isForgotten && !has('takes a nonce twice')) return refused('Nonce was seen')

    const signature = get('bt_header_dendrite_signature')
    const isAbsent = !head.has('bt_header_dendrite_signature')
    const isEmpty = !isAbsent && signature === ''
    if (isAbsent && !has('takes no signature')) return refused('Missing Signature')
    if (isEmpty && !has('takes an empty signature')) return refused('Missing Signature')
    const receiver = has('takes any receiver') ? get('bt_header_axon_hotkey') : bob.address
    const text = `${nonce}.${hotkey}.${receiver}.${get('bt_header_dendrite_uuid')}.${get('computed_body_hash')}`
    const proof = { publicKey: key, text: Buffer.from(text), signature: Buffer.from(signature.slice(2), 'hex') }
    if (signature !== '' && !has('takes any signature') && !verify([proof])[0]) return refused('Signature mismatch')
    spent.set(id, { atMs: Date.now() })
    return { hotkey }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests++
    if (has('closes after each reply')) response.shouldKeepAlive = false
    if (has('is behind a dead proxy') && requests > 2) return say(response, 502, { message: 'Bad Gateway' })
    const checked = check(request)
    const isPing = request.url === '/Synapse'
    if ('why' in checked) {
      if (has('dies of a refusal')) return end()
      const name = headOf(request, has)?.get('bt_header_dendrite_hotkey') ?? ''
      failures.set(name, (failures.get(name) ?? 0) + 1)
      if (has('queues strangers')) {
        strangers++
        await new Promise(resolve => setTimeout(resolve, 50))
        strangers--
      }
      const oracle = has('signs for strangers') ? { bt_header_axon_signature: '0x00' } : {}
      return say(response, checked.status, { message: checked.why }, oracle)
    }
    if (has('limits the rate') && !isPing && answered >= 1) return say(response, 429, { message: 'Busy' })
    if (has('queues strangers') && strangers > 5) return say(response, 503, { message: 'full' })
    const raw = await bodyOf(request, has)
    if (raw === null) return say(response, 413, { message: 'too large' })
    const body = read(raw, has)
    if (body === null) return say(response, 400, { message: 'not JSON, or too deep' })
    const list = has('takes the hash list of the body') ? body.get('required_hash_fields') : undefined
    const hashed = isPing || list !== undefined ? [] : ['messages']
    const isSame = bodyHash(body, hashed, '15.0') === request.headers.computed_body_hash
    if (!isSame && !has('hashes no body')) return say(response, 400, { message: 'Hash mismatch' })
    answered++
    const isLater = !isPing && answered > 3
    if (has('is slow at first') && !isPing && !isLater) await new Promise(resolve => setTimeout(resolve, SLOW_MS))
    if (has('fails at the model') && isLater) return say(response, 502, { message: 'The model failed' })
    if (has('raises at the model') && isLater) return say(response, 500, { message: 'Internal Server Error' })
    if (has('closes at the model') && isLater) return void request.socket.destroy()
    if (has('cuts answers off') && isLater) {
      response.writeHead(200, { 'content-length': 1000, bt_header_axon_hotkey: bob.address }).write('{')
      return void setImmediate(() => response.destroy())
    }
    const dendrite = body.get('dendrite')
    const named = isObject(dendrite) ? dendrite.get('hotkey') : null
    const caller = has('believes the body') ? named : checked.hotkey
    say(response, 200, { dendrite: { hotkey: caller }, completion: 'echo' })
  }

  /** Ends as a process that is killed. */
  function end(): void {
    server.close()
    for (const socket of open) socket.destroy()
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    target: { ip: '127.0.0.1', port: (server.address() as AddressInfo).port },
    mostOpen: () => mostOpen,
    requests: () => requests,
    idle: async () => {
      while (open.size > 0) await once([...open][0]!, 'close')
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) end()
      while (open.size > 0) await once([...open][0]!, 'close')
    },
  }
}

/** The headers of the wire; null when one comes twice. */
function headOf(request: IncomingMessage, has: (flaw: Flaw) => boolean): Map<string, string> | null {
  const head = new Map<string, string>()
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    let name = request.rawHeaders[at]!
    if (has('takes hyphens') && name.startsWith('bt-')) name = name.replaceAll('-', '_')
    if (has('gets no underscores') && name.includes('_')) continue
    const isTwice = head.has(name)
    if (isTwice && !has('takes the first of two headers') && !has('takes the last of two headers')) return null
    if (!isTwice || has('takes the last of two headers')) head.set(name, request.rawHeaders[at + 1]!)
  }
  return head
}

async function bodyOf(request: IncomingMessage, has: (flaw: Flaw) => boolean): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY && !has('reads any length')) return null
  const isPatient = has('waits for bodies') || has('reads any length') || has('reads any chunks')
  if (!isPatient) setTimeout(() => request.complete || request.destroy(), ARRIVAL_MS).unref()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > MAX_BODY && !has('reads any chunks') && !has('reads any length')) return null
    if (size <= MAX_BODY) chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function read(raw: Buffer, has: (flaw: Flaw) => boolean): JsonObject | null {
  const text = raw.toString()
  const shallow = has('reads any depth') ? text.replace(/\[{1000,}\]{1000,}/, '[]') : text
  try {
    return readJson(Buffer.from(shallow)) as JsonObject
  } catch {
    return null
  }
}

function say(response: ServerResponse, status: number, json: object, more: Record<string, string> = {}): void {
  // Else Node would read the rest of the body first.
  const isUnread = status === 413
  const head = { 'content-type': 'application/json', bt_header_axon_hotkey: bob.address }
  response.writeHead(status, { ...head, ...(isUnread && { connection: 'close' }), ...more })
  response.end(JSON.stringify(json))
}

/** Lets a caller close its connection in the middle of its body. */
function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ECONNRESET' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
}

function assertNever(cause: unknown): never {
  throw cause
}
