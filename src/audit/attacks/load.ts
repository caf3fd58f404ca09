import { setTimeout } from 'node:timers/promises'
import { CANCELLED, linkedController } from '../../async/abortable.js'
import { type Attack, type Audit, type AuditFinding, replyText } from '../attack.js'
import { NotTried } from '../not-tried.js'
import type { AuditClient, AuditReply } from '../wire/audit-client.js'
import type { AuditSocket, SocketEnd } from '../wire/audit-socket.js'
import { headBytes, withHeader } from '../wire/craft.js'
import { notAnswered } from './freshness.js'

// Whether a good caller is answered while, or after, others do what they can.

const needs = { caller: true, loopback: true } as const

export const loadAttacks: readonly Attack[] = [
  {
    id: 'lock-out',
    title: 'lock-out of the caller',
    sends: "A good request after all these in the caller's name that failed. The axon has to answer it.",
    meaning: 'anyone who knows the hotkey of a validator shuts it out, by requests in its name that fail',
    mend: 'hold what fails before the proof against its address, never against the hotkey that it claims',
    needs: { caller: true, signed: true },
    when: 'last',
    async run({ craft, client }) {
      const reply = await client.send(craft())
      // The requests before were answered: only what failed in its name can have put the caller on a list.
      return reply.status === 403 ? { verdict: 'fell', found: replyText(reply) } : judgeGood([reply], '')
    },
  },
  {
    id: 'many-connections',
    title: 'many connections',
    sends:
      'A thousand connections and more, each with a ping by the caller and idle then, from another address where this machine has one. The axon has to answer a good request on a connection that is opened after them.',
    meaning: 'one machine shuts out every validator, with connections alone',
    mend: 'share the connections among addresses and hotkeys, and make room for a new one by closing an idle one of the caller that has most',
    needs,
    when: 'last',
    async run(audit) {
      const before = notAnswered(await audit.client.send(audit.craft()))
      if (before) return before
      using attack = new Connections()
      await attack.open(audit)
      using client = audit.openClient({ connections: 1, maxRequests: 1 })
      return judgeGood([await client.send(audit.craft())], `with ${attack.size} connections open`)
    },
  },
  {
    id: 'unsigned-flood',
    title: 'unsigned flood',
    sends:
      'Some hundred unsigned requests a second, from another address where this machine has one, while a good caller asks. The axon has to answer each of its questions.',
    meaning: 'anyone makes the miner miss the questions of validators, without a key',
    mend: 'refuse what has no signature before anything costly is done for it, and answer it at no place in the queue',
    needs: { ...needs, signed: true },
    when: 'last',
    run: flood,
  },
]

/** Judges what a good caller got. After a refusal by a rate or a list, the attack was not tried. */
function judgeGood(replies: readonly AuditReply[], during: string): AuditFinding {
  const failed = replies.find(({ status }) => status !== 200)
  const slowest = Math.max(...replies.map(({ ms }) => ms))
  const when = during && ` ${during}`
  if (failed === undefined)
    return {
      verdict: 'held',
      found: `${replies.length} of ${replies.length} answered${when}, within ${Math.ceil(slowest)} ms`,
    }
  const isOwnRate = failed.status === 429 || failed.status === 403
  return { verdict: isOwnRate ? 'not tried' : 'fell', found: `the good request${when}: ${replyText(failed)}` }
}

/** The connections of an attack. */
class Connections implements Disposable {
  readonly #sockets: AuditSocket[] = []

  get size(): number {
    return this.#sockets.filter(({ isClosed }) => !isClosed).length
  }

  /**
   * Opens them one after the other, each with a ping of the caller, and waits until the axon has replied to all: it is the
   * connections that count, not the work. An axon that refuses some has a limit of its own.
   */
  async open({ connect, craft, limits, signal }: Audit): Promise<void> {
    const ends: Promise<SocketEnd>[] = []
    while (this.#sockets.length < limits.connections && (await this.#opened(connect))) {
      signal.throwIfAborted()
      const socket = this.#sockets.at(-1)!
      const ping = craft({ isPing: true })
      socket.write(headBytes(ping, [['content-length', String(ping.body.length)]]))
      socket.write(ping.body)
      const end = socket.end(limits.slowMs)
      end.catch(() => {}) // awaited below
      ends.push(end)
    }
    await Promise.all(ends)
  }

  async #opened(connect: Audit['connect']): Promise<boolean> {
    try {
      this.#sockets.push(await connect())
      return true
    } catch (error) {
      if (error instanceof NotTried) return false
      throw error
    }
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket[Symbol.dispose]()
  }
}

async function flood(audit: Audit): Promise<AuditFinding> {
  const { craft, limits, signal } = audit
  const { requests, goodRequests, everyMs } = limits.flood
  const before = notAnswered(await audit.client.send(craft()))
  if (before) return before
  using over = linkedController(signal)
  using attack = audit.openClient({ connections: 16, maxRequests: requests, isAttack: true, signal: over.signal })
  using good = audit.openClient({ connections: 1, maxRequests: goodRequests })
  const flooding = sendUnsigned(audit, attack, over.signal)
  const replies: AuditReply[] = []
  try {
    while (replies.length < goodRequests) {
      await setTimeout(everyMs, undefined, { signal })
      replies.push(await good.send(craft()))
    }
  } finally {
    over.abort(CANCELLED)
    await flooding
  }
  return judgeGood(replies, `during ${attack.sent} unsigned ones`)
}

/** Sends the same unsigned request until the signal aborts. */
async function sendUnsigned({ craft, limits }: Audit, client: AuditClient, signal: AbortSignal): Promise<void> {
  const { requests, perSecond } = limits.flood
  const unsigned = withHeader(craft(), 'bt_header_dendrite_signature', null)
  const pending = new Set<Promise<unknown>>()
  const began = performance.now()
  while (!signal.aborted && client.sent < requests) {
    const due = ((performance.now() - began) / 1000) * perSecond
    while (client.sent < Math.min(due, requests) && pending.size < MOST_PENDING) {
      const sending = client.send(unsigned).catch(() => {}) // aborted: the flood is over
      pending.add(sending)
      void sending.finally(() => pending.delete(sending))
    }
    await setTimeout(TICK_MS)
  }
  await Promise.all(pending)
}

const TICK_MS = 10
/** An axon that does not keep up gets no more at once. */
const MOST_PENDING = 64
