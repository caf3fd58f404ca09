import { setTimeout } from 'node:timers/promises'
import { CANCELLED, linkedController } from '../../async/abortable.js'
import { type Attack, type Audit, type AuditFinding, loadOfCaller, signedRequest } from '../attack.js'
import { answeredText, isAnswered, isShutOut, judgeGood, notAnswered, notTried, replyText } from '../judge.js'
import { NotAccepted } from '../not-tried.js'
import { pause } from '../pause.js'
import { strangerKey } from '../stranger-key.js'
import type { AuditClient, AuditReply } from '../wire/audit-client.js'
import type { AuditSocket, SocketEnd } from '../wire/audit-socket.js'
import { headBytes, withHeader } from '../wire/craft.js'

// Whether a good caller is answered while, or after, others do what they can.

export const loadAttacks: readonly Attack[] = [
  {
    id: 'lock-out',
    title: 'lock-out of the caller',
    sends: "A good request, after all the failed ones in the caller's name. The axon has to answer it.",
    meaning: 'anyone who knows the hotkey of a validator shuts it out, by requests in its name that fail',
    mend: 'hold what fails before the proof against its address, never against the hotkey that it claims',
    needs: signedRequest,
    when: 'last',
    async run(audit) {
      const first = await audit.client.send(audit.craft())
      const again = isAnswered(first) ? first : await audit.client.send(audit.craft())
      return judgeLockOut(first, again, again.status === 429 && (await isStoppedByName(audit)))
    },
  },
  {
    id: 'many-connections',
    title: 'many connections',
    sends:
      'A thousand connections and more, each with a ping by the caller and idle then, from another address where this machine has one. The axon has to answer a good request on a connection that is opened after them.',
    meaning: 'one machine shuts out every validator, with connections alone',
    mend: 'share the connections among addresses and hotkeys, and make room for a new one by closing an idle one of the caller that has most',
    needs: loadOfCaller,
    when: 'last',
    async run(audit) {
      const before = notAnswered(await audit.client.send(audit.craft()))
      if (before) return before
      using attack = new Connections()
      const answered = await attack.open(audit)
      using client = audit.openClient({ connections: 1, maxRequests: MOST_ASKED })
      const reply = await askGood(audit, client)
      const during = `with ${attack.size} connections open, ${answered} of whose pings were answered`
      return reached(judgeGood([reply], during), answered, audit.limits.connections)
    },
  },
  {
    id: 'unsigned-flood',
    title: 'unsigned flood',
    sends:
      'Some hundred unsigned requests a second, from another address where this machine has one, while a good caller asks. The axon has to answer each of its questions.',
    meaning: 'anyone makes the miner miss the questions of validators, without a key',
    mend: 'refuse what has no signature before anything costly is done for it, and answer it at no place in the queue',
    needs: { ...loadOfCaller, signed: true },
    when: 'last',
    run: flood,
  },
]

/**
 * Judges what the caller got after all that failed in its name.
 *
 * @param isByName whether a rate stops the caller's pings, too, and not those of others
 */
export function judgeLockOut(first: AuditReply, again: AuditReply, isByName: boolean): AuditFinding {
  if (isAnswered(again)) return { verdict: 'held', found: answeredText([again], 'after them') }
  const found = `the good request after them: ${replyText(again)}`
  if (again.status === 429 && isByName)
    return { verdict: 'fell', found: `${found}, and so for pings of this hotkey only` }
  // The requests before were answered: only what failed in its name can have put the caller on a list.
  const isListed = first.status === again.status && (again.status === 401 || again.status === 403)
  return isListed ? { verdict: 'fell', found } : notTried(found, again)
}

/** Returns whether a 429 holds for the hotkey whatever it asks: a rate of questions leaves pings, one by address stops all. */
async function isStoppedByName({ client, craft }: Audit): Promise<boolean> {
  const own = await client.send(craft({ isPing: true }))
  if (own.status !== 429) return false
  const { status } = await client.send(craft({ isPing: true, signer: strangerKey() }))
  return status !== null && status !== 429
}

/** Sends a good request, and once more if the axon has no room for it: one may be lost by chance. */
async function askGood({ craft }: Audit, client: AuditClient): Promise<AuditReply> {
  const reply = await client.send(craft())
  return isShutOut(reply) ? await client.send(craft()) : reply
}

/** The requests that `askGood` may take, with those that a closed connection repeats. */
const MOST_ASKED = 4

/** A good caller that was answered shows nothing unless the attack reached the axon: so many of it were answered, too. */
function reached(finding: AuditFinding, answered: number, sent: number): AuditFinding {
  if (finding.verdict !== 'held' || answered >= Math.min(LEAST_REACHED, sent)) return finding
  return { verdict: 'not tried', found: `the attack did not reach the axon, which replied to ${answered} of it` }
}

const LEAST_REACHED = 10

/** The connections of an attack. */
class Connections implements Disposable {
  readonly #sockets: AuditSocket[] = []

  get size(): number {
    return this.#sockets.filter(({ isClosed }) => !isClosed).length
  }

  /**
   * Opens them one after the other, each with a ping of the caller, and waits until the axon has replied to all: it is the
   * connections that count, not the work. An axon that refuses some has a limit of its own.
   *
   * @returns how many pings were answered
   */
  async open({ connect, craft, limits, signal }: Audit): Promise<number> {
    const until = performance.now() + limits.slowMs
    const ends: Promise<SocketEnd>[] = []
    while (this.#sockets.length < limits.connections && performance.now() < until && (await this.#opened(connect))) {
      signal.throwIfAborted()
      const socket = this.#sockets.at(-1)!
      const ping = craft({ isPing: true })
      socket.write(headBytes(ping, [['content-length', String(ping.body.length)]]))
      socket.write(ping.body)
      const end = socket.end(until - performance.now())
      end.catch(() => {}) // awaited below
      ends.push(end)
    }
    return (await Promise.all(ends)).filter(end => end === 200).length
  }

  async #opened(connect: Audit['connect']): Promise<boolean> {
    try {
      this.#sockets.push(await connect())
      return true
    } catch (error) {
      if (error instanceof NotAccepted) return false
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
  using good = audit.openClient({ connections: 1, maxRequests: goodRequests * MOST_ASKED })
  const flooding = sendUnsigned(audit, attack, over.signal)
  const replies: AuditReply[] = []
  let refused = 0
  try {
    while (replies.length < goodRequests) {
      await pause(everyMs, signal)
      replies.push(await askGood(audit, good))
    }
  } finally {
    over.abort(CANCELLED)
    refused = await flooding
  }
  return reached(judgeGood(replies, `during ${refused} unsigned ones that got a reply`), refused, requests)
}

/** Sends the same unsigned request until the signal aborts. @returns how many got a reply */
async function sendUnsigned({ craft, limits }: Audit, client: AuditClient, signal: AbortSignal): Promise<number> {
  const { requests, perSecond } = limits.flood
  const unsigned = withHeader(craft(), 'bt_header_dendrite_signature', null)
  const pending = new Set<Promise<unknown>>()
  const began = performance.now()
  let replied = 0
  const send = async () => {
    const { status } = await client.send(unsigned)
    if (status !== null) replied++
  }
  while (!signal.aborted && client.sent < requests) {
    const due = ((performance.now() - began) / 1000) * perSecond
    while (client.sent < Math.min(due, requests) && pending.size < MOST_PENDING) {
      const sending = send().catch(() => {}) // aborted: the flood is over
      pending.add(sending)
      void sending.finally(() => pending.delete(sending))
    }
    await setTimeout(TICK_MS)
  }
  await Promise.all(pending)
  return replied
}

const TICK_MS = 10
/** An axon that does not keep up gets no more at once. */
const MOST_PENDING = 64
