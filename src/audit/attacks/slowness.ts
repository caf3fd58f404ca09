import { type Attack, type Audit, type AuditFinding, loadOfCaller } from '../attack.js'
import { answersThere } from '../control.js'
import { endText, notTried } from '../judge.js'
import type { AuditSocket, SocketEnd } from '../wire/audit-socket.js'
import { headBytes } from '../wire/craft.js'

// Attacks with requests that arrive a byte at a time, as slowloris sends them.

export const slownessAttacks: readonly Attack[] = [
  {
    id: 'slow-headers',
    title: 'slow headers',
    sends: 'The head of a request, a byte each second. The axon has to end the connection within half a minute.',
    meaning: 'anyone holds connections for as long as they like, at the cost of a byte a second',
    mend: 'limit the time that a head may take; uvicorn has no such limit, so put a proxy in front that has one',
    needs: { loopback: true },
    when: 'alongside',
    async run(audit) {
      using socket = await audit.connect()
      socket.write(`POST /${encodeURIComponent(audit.question.synapse)} HTTP/1.1\r\nhost: axon\r\nx-audit: `)
      return await drip(audit, socket, true)
    },
  },
  {
    id: 'slow-body',
    title: 'slow body',
    sends:
      'A signed head, and its body a byte each second, far past the time-out that the head names. The axon has to end it within half a minute.',
    meaning: 'a caller that may ask holds places and memory for as long as it likes, at the cost of a byte a second',
    mend: 'count the body into the deadline of the request, and limit the time that a body may take',
    needs: loadOfCaller,
    when: 'alongside',
    async run(audit) {
      using socket = await audit.connect()
      socket.write(headBytes(audit.craft({ timeoutSeconds: 5 }), [['content-length', '1000']]))
      return await drip(audit, socket, false)
    },
  },
]

/**
 * Writes a byte at a time until the axon ends it, or has had too long.
 *
 * @param isPing whether a ping, not a question, shows then that the axon answers others
 */
async function drip(audit: Audit, socket: AuditSocket, isPing: boolean): Promise<AuditFinding> {
  const { slowMs } = audit.limits
  const startedAt = performance.now()
  const everyMs = Math.min(1_000, slowMs / 10)
  for (;;) {
    socket.write('a')
    const end = await socket.end(everyMs)
    const ms = performance.now() - startedAt
    if (end === 'silent' && ms < slowMs) continue
    const finding = judgeDrip(end, end === 'closed' ? await answersThere(audit, isPing) : true)
    return { ...finding, found: `${finding.found} after ${Math.round(ms / 100) / 10} s` }
  }
}

/**
 * Judges how a request that does not arrive ended.
 *
 * @param isAlive another request from the same address was answered afterwards
 */
export function judgeDrip(end: SocketEnd, isAlive: boolean): AuditFinding {
  if (end === 'silent') return { verdict: 'fell', found: 'still open' }
  const found = endText(end)
  if (end === 'closed' && !isAlive) return notTried(`another request got no answer; ${found}`, { status: end })
  return end === 'closed' || end === 408 || end === 400 ? { verdict: 'held', found } : notTried(found, { status: end })
}
