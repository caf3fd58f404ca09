import { type Attack, type Audit, type AuditFinding, isOtherRefusal, judgeRefusal, replyText } from '../attack.js'
import type { SocketEnd } from '../wire/audit-socket.js'
import { headBytes } from '../wire/craft.js'

// Attacks with signed requests that are larger than any real one.

/** More than any axon of this program can be told to take. */
const TOO_LARGE = 64 * 1024 * 1024 + 1
const CHUNK = 64 * 1024
const DEPTH = 100_000

const needs = { caller: true, loopback: true } as const

export const sizeAttacks: readonly Attack[] = [
  {
    id: 'oversized-body',
    title: 'oversized body',
    sends:
      'Two signed requests of more than 64 MiB, one that announces its length and waits, one in chunks. The axon has to refuse the first by its length, and to stop reading the second.',
    meaning: 'one caller that may ask fills the memory of the miner',
    mend: 'limit the size of a body, by its length if that is announced, and else while it is read; uvicorn has no limit',
    needs,
    when: 'last',
    async run(audit) {
      const announced = await announcedBody(audit)
      return announced.verdict === 'held' ? await chunkedBody(audit, announced.found) : announced
    },
  },
  {
    id: 'nesting',
    title: 'nested body',
    sends:
      'A signed request with a further field, lists within lists, a hundred thousand deep. The axon has to refuse it, and to go on answering.',
    meaning: 'one small body overflows the stack of the process, or keeps it busy',
    mend: 'limit the depth of the JSON that is read',
    needs,
    when: 'last',
    async run({ craft, client, limits }) {
      const request = craft()
      const deep = `, "audit": ${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}`
      const body = Buffer.concat([request.body.subarray(0, request.body.lastIndexOf('}')), Buffer.from(deep)])
      const reply = await client.send({ ...request, body })
      const after = await client.send(craft({ isPing: true }), limits.replyMs)
      if (after.status === null) return { verdict: 'fell', found: `${replyText(reply)}; and then a ping got none` }
      return reply.status === null ? { verdict: 'fell', found: replyText(reply) } : judgeRefusal(reply)
    },
  },
]

async function announcedBody({ craft, connect, limits }: Audit): Promise<AuditFinding> {
  using socket = await connect()
  socket.write(headBytes(craft(), [['content-length', String(TOO_LARGE)]]))
  socket.write(Buffer.alloc(CHUNK, ' '))
  const end = await socket.end(limits.replyMs)
  const found = `a length of ${TOO_LARGE} bytes: ${endText(end)}`
  if (isOtherRefusal(end)) return { verdict: 'not tried', found }
  // A time-out does not limit the size: the axon takes all that comes until then.
  return { verdict: end === 'silent' || end === 408 ? 'fell' : 'held', found }
}

async function chunkedBody({ craft, connect, limits }: Audit, before: string): Promise<AuditFinding> {
  using socket = await connect()
  socket.write(headBytes(craft(), [['transfer-encoding', 'chunked']]))
  const chunk = Buffer.concat([Buffer.from(`${CHUNK.toString(16)}\r\n`), Buffer.alloc(CHUNK, ' '), Buffer.from('\r\n')])
  for (let sent = CHUNK; sent <= TOO_LARGE + CHUNK; sent += CHUNK) {
    socket.write(chunk)
    const end = await socket.taken(limits.replyMs)
    if (end !== 'taken')
      return {
        verdict: end === 408 || isOtherRefusal(end) ? 'not tried' : 'held',
        found: `${before}; in chunks, after ${sent} bytes: ${endText(end)}`,
      }
  }
  return { verdict: 'fell', found: `it took ${TOO_LARGE} bytes in chunks` }
}

/** Formats how a connection ended. */
export function endText(end: SocketEnd): string {
  if (end === 'closed') return 'the connection was closed'
  return end === 'silent' ? 'nothing came in time' : `refused with ${end}`
}
