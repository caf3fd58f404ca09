import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
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

/** One question to one axon. */
export type DendriteAsk = {
  /** `http://host:port`; its path is not used */
  readonly url: URL
  /** the axon's hotkey, for which the question is signed */
  readonly receiver: string
  /** the name of the synapse's class */
  readonly synapse: string
  /** the class's own fields in the order of their declaration, defaults included; integers are Python ints */
  readonly fields: JsonObject | Readonly<Record<string, unknown>>
  /** the fields without a default */
  readonly required: readonly string[]
  /** the fields that keep their values, whatever the reply says; all that are required when left out */
  readonly frozen?: readonly string[] | undefined
  readonly hashed: readonly HashField[]
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** One question whose answer is streamed. */
export type DendriteStreamAsk = DendriteAsk & {
  /** the field that holds the text of all pieces in the end, if one does */
  readonly into?: string | undefined
}

/** What came of it, and how long it took here. */
export type DendriteReply = SynapseReply & {
  /** until the first piece of a streamed answer; null when there was none */
  readonly firstMs: number | null
  readonly ms: number
}

/** Asks axons as a validator does. It keeps connections open until it is disposed. */
export type Dendrite = Disposable & {
  /**
   * Whatever the axon does is a reply with a status; nothing that it sends makes this throw.
   *
   * @throws the signal's reason when it aborts
   * @throws {Refusal} MALFORMED when a hashed field has no UTF-8 form
   */
  ask(ask: DendriteAsk): Promise<DendriteReply>
  /**
   * The same, piece by piece as they come: some text each, and in the end the reply. One that broke off has the status
   * of that, and holds what came before; a refusal has no pieces; an axon that answers whole has one. Who leaves it
   * early closes the connection.
   */
  stream(ask: DendriteStreamAsk): AsyncGenerator<string, DendriteReply>
  /** The same of an answer that is not plain text: its bytes as they come. An axon that answers whole has no pieces. */
  relay(ask: DendriteAsk): AsyncGenerator<Uint8Array, DendriteReply>
}

/**
 * Makes a dendrite.
 *
 * @param options.now epoch milliseconds
 * @param options.nextNonce nanoseconds, never the same twice; by `now` unless it is given
 * @param options.externalIp this machine's address as axons see it; an axon there is asked over loopback
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
  const agent = new Agent({ keepAlive: true })
  const uuid = randomUUID()

  /** @param ear left out: the answer is whole */
  async function* converse<Piece>(ask: DendriteAsk, ear?: StreamReader<Piece>): AsyncGenerator<Piece, DendriteReply> {
    const startedAt = performance.now()
    const { url, receiver, timeoutMs, synapse: name, required, frozen } = ask
    const fields = ask.fields instanceof Map ? (ask.fields as JsonObject) : fieldsOf(ask.fields)
    const asked: SynapseFields = { name, fields, required, ...(frozen && { frozen }) }
    const [bodyHash, otherHash] = bodyHashes(asked.fields, ask.hashed)
    const ip = url.hostname.replace(/^\[|\]$/g, '')
    const peer: Peer = { host: ip === externalIp ? '127.0.0.1' : ip, port: Number(url.port || 80) }
    using timeout = timeoutSignal({ ms: timeoutMs, reason: () => timedOut(timeoutMs), parent: ask.signal })

    let firstMs: number | null = null
    const heard = (piece: Piece) => {
      firstMs ??= performance.now() - startedAt
      return piece
    }
    const spoken = (verdict: ReplyStatus): SynapseReply => ({ ...verdict, fields: ear?.filled(fields) ?? fields })

    async function* once(hash: string): AsyncGenerator<Piece, SynapseReply> {
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
        const response = await send(agent, peer, buildRequest(asked, envelope), timeout.signal)
        if (ear && isStream(response.head)) {
          const verdict = readStreamHead(response.head)
          for await (const piece of ear.read(response.body)) yield heard(piece)
          return spoken(verdict)
        }
        const reply = readReply(await wholeReply(response), asked)
        const piece = ear?.pieceOf(reply.fields) ?? null
        if (piece !== null) yield heard(piece)
        return reply
      } catch (error) {
        if (!(error instanceof NoReply)) throw error
        return spoken({ status: error.status, message: error.message, axonMs: null })
      }
    }

    let reply = yield* once(bodyHash!)
    // The axon's Python may print more or fewer characters than the one whose hash was sent.
    if (otherHash && firstMs === null && mayBeMismatch(reply)) reply = yield* once(otherHash)
    return { ...reply, firstMs, ms: performance.now() - startedAt }
  }

  return {
    async ask(ask) {
      const end = await converse(ask).next()
      return end.value as DendriteReply // because nothing that is whole has pieces
    },

    stream: ask => converse(ask, textReader(ask.into)),
    relay: ask => converse(ask, byteReader),

    [Symbol.dispose]() {
      agent.destroy()
    },
  }
}

/** SDK 7.2 and later mask a hash mismatch as any internal error. */
function mayBeMismatch({ status, message }: SynapseReply): boolean {
  return (status === 400 || status === 500) && /Hash mismatch|^Internal Server Error #/.test(message ?? '')
}

function timedOut(timeoutMs: number): NoReply {
  return new NoReply(408, `Request timeout after ${floatText(timeoutMs / 1000)} seconds`)
}
