import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { floatText } from '../wires/float-text.js'
import type { HashField } from '../wires/hash-field.js'
import { askOf, type Envelope, type SynapseFields } from '../wires/synapse/ask-of.js'
import { bodyHashes } from '../wires/synapse/body-hash.js'
import { readReply, type SynapseReply } from '../wires/synapse/read-reply.js'
import { fieldsOf } from '../wires/tree-of.js'
import { exchange, type Peer } from './exchange.js'
import { NoReply } from './no-reply.js'
import { nonces } from './nonces.js'

/** One question to one axon. */
export type DendriteAsk = {
  /** `http://host:port`; its path is not used */
  readonly url: URL
  /** the axon's hotkey, for which the question is signed */
  readonly receiver: string
  /** the name of the synapse's class */
  readonly synapse: string
  /** the class's own fields in the order of their declaration, defaults included; integers are Python ints */
  readonly fields: Readonly<Record<string, unknown>>
  /** the fields without a default */
  readonly required: readonly string[]
  readonly hashed: readonly HashField[]
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** What came of it, and how long it took here. */
type DendriteReply = SynapseReply & { readonly ms: number }

/** Asks axons as a validator does. It keeps connections open until it is disposed. */
export type Dendrite = Disposable & {
  /**
   * Whatever the axon does is a reply with a status; nothing that it sends makes this throw.
   *
   * @throws the signal's reason when it aborts
   * @throws {Refusal} MALFORMED when a hashed field has no UTF-8 form
   */
  ask(ask: DendriteAsk): Promise<DendriteReply>
}

/**
 * Makes a dendrite.
 *
 * @param options.now epoch milliseconds
 * @param options.externalIp this machine's address as axons see it; an axon there is asked over loopback
 */
export function createDendrite(options: {
  keypair: Envelope['signer']
  now: () => number
  externalIp?: string
}): Dendrite {
  const agent = new Agent({ keepAlive: true })
  const uuid = randomUUID()
  const nextNonce = nonces(options.now)

  return {
    async ask({ url, receiver, synapse, fields, required, hashed, timeoutMs, signal }) {
      const startedAt = performance.now()
      const asked: SynapseFields = { name: synapse, fields: fieldsOf(fields), required }
      const [bodyHash, otherHash] = bodyHashes(asked.fields, hashed)
      const timeout = AbortSignal.timeout(timeoutMs)
      const either = signal ? AbortSignal.any([timeout, signal]) : timeout
      const ip = url.hostname.replace(/^\[|\]$/g, '')
      const peer: Peer = { host: ip === options.externalIp ? '127.0.0.1' : ip, port: Number(url.port || 80) }

      const once = async (hash: string): Promise<SynapseReply> => {
        const envelope: Envelope = {
          signer: options.keypair,
          callerIp: options.externalIp ?? '127.0.0.1',
          receiver: { hotkey: receiver, ip, port: peer.port },
          nonce: nextNonce(),
          uuid,
          timeoutSeconds: timeoutMs / 1000,
          bodyHash: hash,
        }
        try {
          return readReply(await exchange(agent, peer, askOf(asked, envelope), either), asked)
        } catch (error) {
          const failure = timeout.aborted && !signal?.aborted ? timedOut(timeoutMs) : error
          if (!(failure instanceof NoReply)) throw failure
          return { status: failure.status, message: failure.message, fields: asked.fields, axonMs: null }
        }
      }

      let reply = await once(bodyHash!)
      // The axon's Python may print more or fewer characters than the one whose hash was sent.
      if (otherHash && mayBeMismatch(reply)) reply = await once(otherHash)
      return { ...reply, ms: performance.now() - startedAt }
    },

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
