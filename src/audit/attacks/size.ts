import { type Attack, type Audit, type AuditFinding, loadOfCaller } from '../attack.js'
import { answersThere } from '../control.js'
import { controlled, endText, isAnswered, judgeRefusal, mayBeOfModel, notTried, replyText } from '../judge.js'
import { NotTried } from '../not-tried.js'
import type { AuditReply } from '../wire/audit-client.js'
import type { AuditSocket, SocketEnd } from '../wire/audit-socket.js'
import { headBytes } from '../wire/craft.js'

// Attacks with signed requests that are larger than any real one.

/** More than `--max-body` allows, and some more: the last bytes stay in the buffers of the system. */
export const TOO_LARGE = 80 * 1024 * 1024
const CHUNK = 64 * 1024
const DEPTH = 100_000
/** How long an axon may take to refuse a body by its length, before more of it is sent. */
const FIRST_MS = 1_000

export const sizeAttacks: readonly Attack[] = [
  {
    id: 'oversized-body',
    title: 'oversized body',
    sends:
      'Two signed requests of 80 MiB, one that announces its length, one in chunks, neither to its end. The axon has to refuse both, or to stop reading them.',
    meaning: 'one caller that may ask fills the memory of the miner',
    mend: 'limit the size of a body, by its length if that is announced, and else while it is read; uvicorn has no limit',
    needs: loadOfCaller,
    when: 'last',
    async run(audit) {
      const announced = await overfill(audit, ['content-length', String(TOO_LARGE)])
      if (announced.verdict !== 'held') return announced
      const chunked = await overfill(audit, ['transfer-encoding', 'chunked'])
      return chunked.verdict === 'held' ? { ...chunked, found: `${announced.found}; ${chunked.found}` } : chunked
    },
  },
  {
    id: 'nesting',
    title: 'nested body',
    sends:
      'A signed request with a further field, lists within lists, a hundred thousand deep. The axon has to refuse it, and to go on answering.',
    meaning: 'one small body can overflow the stack of the process, or keep it busy',
    mend: 'limit the depth of the JSON that is read',
    needs: loadOfCaller,
    when: 'last',
    async run(audit) {
      const { craft, client, limits } = audit
      const request = craft()
      const deep = `, "audit": ${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}`
      const body = Buffer.concat([request.body.subarray(0, request.body.lastIndexOf('}')), Buffer.from(deep)])
      const reply = await client.send({ ...request, body })
      const finding = judgeNested(reply, await client.send(craft({ isPing: true }), limits.replyMs))
      return finding.verdict === 'held' && mayBeOfModel(reply) ? await controlled(audit, finding, false) : finding
    },
  },
]

/** Sends most of a body that is too large, until the axon ends it, or has taken all. */
async function overfill(audit: Audit, framing: readonly [name: string, value: string]): Promise<AuditFinding> {
  const { craft, connect, limits } = audit
  const isChunked = framing[0] === 'transfer-encoding'
  using socket = await connect()
  socket.write(headBytes(craft(), [framing]))
  const bytes = Buffer.alloc(CHUNK, ' ')
  const chunk = isChunked
    ? Buffer.concat([Buffer.from(`${CHUNK.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
    : bytes
  const { end, sent } = await overflow(socket, chunk, limits)
  const isAlive = end === 'closed' || end === 'silent' ? await answersThere(audit, false) : true
  const finding = judgeOverfilled({ end, isAll: sent === LAST, isAlive })
  const how = isChunked ? 'in chunks' : `a length of ${TOO_LARGE} bytes`
  return { ...finding, found: `${how}, after ${sent} bytes: ${finding.found}` }
}

/** The bytes of all chunks; the body never ends, so that only a limit can refuse it. */
const LAST = TOO_LARGE - CHUNK

/**
 * Writes chunks until the axon ends it, or has had all and the time to refuse them.
 *
 * @throws {NotTried} when it takes them too slowly
 */
async function overflow(
  socket: AuditSocket,
  chunk: Buffer,
  { replyMs, slowMs }: Audit['limits'],
): Promise<{ readonly end: SocketEnd; readonly sent: number }> {
  const until = performance.now() + slowMs
  socket.write(chunk)
  const first = await socket.end(Math.min(FIRST_MS, replyMs))
  if (first !== 'silent') return { end: first, sent: CHUNK }
  for (let sent = 2 * CHUNK; sent <= LAST; sent += CHUNK) {
    if (performance.now() > until) throw new NotTried(`it took no more than ${sent} bytes in ${slowMs / 1000} s`)
    socket.write(chunk)
    const end = await socket.taken(replyMs)
    if (end !== 'taken') return { end, sent }
  }
  return { end: await socket.end(replyMs), sent: LAST }
}

type Overfilled = {
  readonly end: SocketEnd
  /** the axon, or the buffers before it, took all that was sent */
  readonly isAll: boolean
  /** a question from the same address was answered afterwards */
  readonly isAlive: boolean
}

/** Judges how a body that is too large ended. */
export function judgeOverfilled({ end, isAll, isAlive }: Overfilled): AuditFinding {
  const found = endText(end)
  // A time-out does not limit the size: the axon takes all that comes until then.
  if (isAll && (end === 'silent' || end === 408)) return { verdict: 'fell', found: 'it took all of them' }
  if (end === 'silent')
    return isAlive
      ? { verdict: 'held', found: 'it stopped reading' }
      : notTried(`${found}, not even to a question`, { status: end })
  if (end === 'closed')
    return isAlive ? { verdict: 'held', found } : notTried(`${found}, and a question got no answer`, { status: end })
  return end === 413 || end === 400 ? { verdict: 'held', found } : notTried(found, { status: end })
}

/** Judges the reply to a nested body, and that to a ping after it. */
export function judgeNested(reply: AuditReply, ping: AuditReply): AuditFinding {
  const found = `${replyText(reply)} after ${Math.ceil(reply.ms)} ms`
  if (reply.end === 'unreachable') return notTried(found, reply)
  if (ping.status === null) return { verdict: 'fell', found: `${found}; a ping after it: ${replyText(ping)}` }
  // A process that died and was replaced closes the connection, and so does a proxy that refuses the body.
  if (reply.status === null || !isAnswered(ping)) return notTried(`${found}; a ping after it: ${replyText(ping)}`, ping)
  return { ...judgeRefusal(reply, [400, 413, 422, 500]), found }
}
