import { randomUUID } from 'node:crypto'
import { http } from '../async/node-http.js'
import { timeoutSignal } from '../async/timeout.js'
import { fieldsOf } from '../wires/json/convert.js'
import { floatText } from '../wires/json/python-number.js'
import type { JsonObject } from '../wires/json/tree.js'
import { bodyHashes } from '../wires/synapse/body-hash.js'
import { buildRequest, type Envelope, type SynapseFields } from '../wires/synapse/build-request.js'
import { isStream, readReply, readStreamHead, type SynapseReply } from '../wires/synapse/read-reply.js'
import type { ReplyStatus } from '../wires/synapse/read-reply-head.js'
import type { HashField } from '../wires/wire.js'
import { NoReply } from './no-reply.js'
import { nonceGenerator } from './nonces.js'
import { type Peer, send, wholeReply } from './send.js'
import { byteReader, type StreamReader, textReader } from './stream-reader.js'

/** One request to one axon. */
export type DendriteAsk = {
  /** `http://host:port`; its path is not used */
  readonly url: URL
  /** the axon's hotkey, for which the request is signed */
  readonly receiver: string
  /** the name of the synapse's class */
  readonly synapse: string
  /** the class's own fields in declaration order, defaults included; integers are Python ints */
  readonly fields: JsonObject | Readonly<Record<string, unknown>>
  /** the fields without a default */
  readonly required: readonly string[]
  /** the fields that a reply does not change; by default all required fields */
  readonly frozen?: readonly string[] | undefined
  readonly hashed: readonly HashField[]
  readonly timeoutMs: number
  /** identifies the caller beside its hotkey; by default the dendrite's own, for its whole lifetime */
  readonly uuid?: string | undefined
  readonly signal?: AbortSignal
}

/** One request whose answer is streamed. */
export type DendriteStreamAsk = DendriteAsk & {
  /** the field that receives the whole text at the end, if any */
  readonly into?: string | undefined
}

/** The outcome of a request, and how long it took, measured here. */
export type DendriteReply = SynapseReply & {
  /** name, value, name, value … of the HTTP reply, as they came; empty when none came */
  readonly rawHeaders: readonly string[]
  /** until the first piece of a streamed answer; null without a piece */
  readonly firstMs: number | null
  readonly ms: number
}

/** Sends requests to axons as a validator does. Keeps connections open until it is disposed. */
export type Dendrite = Disposable & {
  /**
   * Sends a request and returns the whole reply. Any failure of the axon becomes a reply with a status, not an
   * exception.
   *
   * @throws the signal's reason when it aborts
   * @throws {Refusal} MALFORMED when a hashed field has no UTF-8 form
   */
  ask(ask: DendriteAsk): Promise<DendriteReply>
  /**
   * Sends a request, yields pieces of text as they arrive, and returns the reply. A stream that broke off returns that
   * failure's status and keeps the text received so far. A refusal yields no pieces; a whole answer yields one. Ending
   * the iteration early closes the connection.
   */
  stream(ask: DendriteStreamAsk): AsyncGenerator<string, DendriteReply>
  /** Does the same for an answer that is not plain text: yields its raw bytes. A whole answer yields no pieces. */
  relay(ask: DendriteAsk): AsyncGenerator<Uint8Array, DendriteReply>
}

/**
 * Creates a dendrite.
 *
 * @param options.now epoch milliseconds
 * @param options.nextNonce nanoseconds, never the same twice; by default from `now`
 * @param options.externalIp this machine's address as axons see it; axons at this address are called over loopback
 */
export function createDendrite({
  keypair,
  now = Date.now,
  nextNonce = nonceGenerator(now),
  externalIp,
}: {
  keypair: Envelope['signer']
  now?: () => number
  nextNonce?: () => bigint
  externalIp?: string
}): Dendrite {
  const agent = new http.Agent({ keepAlive: true })
  const ownUuid = randomUUID()

  /** @param reader omitted for a whole answer */
  async function* run<Piece>(ask: DendriteAsk, reader?: StreamReader<Piece>): AsyncGenerator<Piece, DendriteReply> {
    const startedAt = performance.now()
    const { url, receiver, timeoutMs, synapse: name, required, frozen, uuid = ownUuid } = ask
    const fields = ask.fields instanceof Map ? (ask.fields as JsonObject) : fieldsOf(ask.fields)
    const sent: SynapseFields = { name, fields, required, ...(frozen && { frozen }) }
    const [bodyHash, otherHash] = bodyHashes(sent.fields, ask.hashed)
    const ip = url.hostname.replace(/^\[|\]$/g, '')
    const peer: Peer = { host: ip === externalIp ? '127.0.0.1' : ip, port: Number(url.port || 80) }
    using timeout = timeoutSignal({ ms: timeoutMs, reason: () => timedOut(timeoutMs), parent: ask.signal })

    let rawHeaders: readonly string[] = []
    let firstMs: number | null = null
    const timed = (piece: Piece) => {
      firstMs ??= performance.now() - startedAt
      return piece
    }
    const streamed = (status: ReplyStatus): SynapseReply => ({ ...status, fields: reader?.filled(fields) ?? fields })

    async function* attempt(hash: string): AsyncGenerator<Piece, SynapseReply> {
      const envelope: Envelope = {
        signer: keypair,
        callerIp: externalIp ?? '127.0.0.1',
        receiver: { hotkey: receiver, ip, port: peer.port },
        nonce: nextNonce(),
        uuid,
        timeoutSeconds: timeoutMs / 1000,
        bodyHash: hash,
      }
      try {
        rawHeaders = []
        const response = await send(agent, peer, buildRequest(sent, envelope), timeout.signal)
        rawHeaders = response.head.rawHeaders
        if (reader && isStream(response.head)) {
          const status = readStreamHead(response.head)
          for await (const piece of reader.read(response.body)) yield timed(piece)
          return streamed(status)
        }
        const reply = readReply(await wholeReply(response), sent)
        const piece = reader?.pieceOf(reply.fields) ?? null
        if (piece !== null) yield timed(piece)
        return reply
      } catch (error) {
        if (!(error instanceof NoReply)) throw error
        const { status, message } = error
        return streamed({ status, message, axonMs: null, statusFrom: 'dendrite' })
      }
    }

    let reply = yield* attempt(bodyHash!)
    // The axon's Python may print more or fewer characters than the version whose hash was sent.
    if (otherHash && firstMs === null && mayBeMismatch(reply)) reply = yield* attempt(otherHash)
    return { ...reply, rawHeaders, firstMs, ms: performance.now() - startedAt }
  }

  return {
    async ask(ask) {
      const end = await run(ask).next()
      return end.value as DendriteReply // without a reader the generator yields no pieces
    },

    stream: ask => run(ask, textReader(ask.into)),
    relay: ask => run(ask, byteReader),

    [Symbol.dispose]() {
      agent.destroy()
    },
  }
}

/** Returns whether the reply may report a hash mismatch, which SDK 7.2 and later mask as an internal error. */
function mayBeMismatch({ status, message }: SynapseReply): boolean {
  return (status === 400 || status === 500) && /Hash mismatch|^Internal Server Error #/.test(message ?? '')
}

function timedOut(timeoutMs: number): NoReply {
  return new NoReply(408, `Request timeout after ${floatText(timeoutMs / 1000)} seconds`)
}
