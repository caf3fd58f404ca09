import type { Audit, AuditFinding, AuditVerdict } from './attack.js'
import type { AuditReply } from './wire/audit-client.js'
import type { SocketEnd } from './wire/audit-socket.js'
import type { CraftedRequest } from './wire/craft.js'

/** The statuses of an axon that cannot read or verify a head. */
export const UNVERIFIED: readonly number[] = [400, 401]
/** The statuses of an axon whose body is not the one that was signed; the SDK's axon sends 500. */
export const ALTERED: readonly number[] = [400, 500]

/**
 * Sends requests that the axon has to refuse, and judges the replies: the worst decides. A refusal counts only if the axon
 * answers the caller right afterwards: else it may come from whatever stops the caller now.
 *
 * @param statuses those that can come from the check that the attack is meant for
 */
export async function refused(
  audit: Audit,
  requests: readonly CraftedRequest[],
  statuses: readonly number[] = UNVERIFIED,
): Promise<AuditFinding> {
  const replies: AuditReply[] = []
  for (const request of requests) replies.push(await audit.client.send(request))
  const worst = worstOf(replies.map(reply => judgeRefusal(reply, statuses)))
  return worst.verdict === 'held' ? await controlled(audit, worst, !replies.some(mayBeOfModel)) : worst
}

/** Returns whether a reply may come from a model that failed: only a question tells that from a refusal. */
export function mayBeOfModel({ status }: AuditReply): boolean {
  return status === 500 || status === null
}

/** Lets a refusal count only if the axon answers a ping, or a question, of the caller now. */
export async function controlled(audit: Audit, finding: AuditFinding, isPing: boolean): Promise<AuditFinding> {
  const { client, craft, good } = audit
  const reply = await client.send(craft({ isPing }))
  if (isAnsweredAs(good, reply)) return finding
  return notTried(`${finding.found}; ${isPing ? 'a ping' : 'a good request'} after it: ${replyText(reply)}`, reply)
}

/** Returns whether a reply is an answer; or 403, where the rules refuse the caller's pings as they refuse its questions. */
export function isAnsweredAs(good: AuditReply, reply: AuditReply): boolean {
  return isAnswered(reply) || (reply.status === 403 && good.status === 403)
}

/** Judges the reply to a request that the axon has to refuse with one of these statuses. */
export function judgeRefusal(reply: AuditReply, statuses: readonly number[]): AuditFinding {
  const found = replyText(reply)
  if (reply.status === 200) return { verdict: 'fell', found }
  const isRefusal = reply.status === null ? reply.end === 'closed' : statuses.includes(reply.status)
  return isRefusal ? { verdict: 'held', found } : notTried(found, reply)
}

/** Returns the finding of an attack that did not reach what it is meant for, because of a reply or the end of a connection. */
export function notTried(
  found: string,
  { status }: { readonly status: AuditReply['status'] | SocketEnd },
): AuditFinding {
  return { verdict: 'not tried', found, ...(status === 429 && { stoppedBy: 'rate' }) }
}

/** Returns why an attack cannot go on whose first request, a good one, got no answer; null when it got one. */
export function notAnswered(reply: AuditReply): AuditFinding | null {
  return isAnswered(reply) ? null : notTried(`the good request before it: ${replyText(reply)}`, reply)
}

/** Returns whether a reply is a whole answer. */
export function isAnswered({ status, isWhole }: AuditReply): boolean {
  return status === 200 && isWhole
}

/** Judges what a good caller got while others load the axon. */
export function judgeGood(replies: readonly AuditReply[], during: string): AuditFinding {
  const failed = replies.find(reply => !isAnswered(reply))
  if (failed === undefined) return { verdict: 'held', found: answeredText(replies, during) }
  const found = `the good request ${during}: ${replyText(failed)}`
  return isShutOut(failed) ? { verdict: 'fell', found } : notTried(found, failed)
}

/** Formats how many good requests were answered, and how fast. */
export function answeredText(replies: readonly AuditReply[], during: string): string {
  const slowest = Math.ceil(Math.max(...replies.map(({ ms }) => ms)))
  return `${replies.length} of ${replies.length} answered ${during}, within ${slowest} ms`
}

/** Returns whether a good caller got what an axon that has no room for it sends: no connection, no place, no time. */
export function isShutOut({ status, isWhole, end }: AuditReply): boolean {
  if (status === null) return end !== 'unreadable'
  return status === 408 || status === 503 || status === 504 || (status === 200 && !isWhole)
}

/** Judges several replies to one attack: the worst decides. */
export function worstOf(findings: readonly AuditFinding[]): AuditFinding {
  const order: readonly AuditVerdict[] = ['fell', 'not tried', 'unprotected', 'held']
  return findings.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))[0]!
}

/** Formats what a request got: `401 Not Verified with error: Missing Signature`. */
export function replyText({ status, message, isWhole, end }: AuditReply): string {
  if (status !== null) return `${status}${message && ` ${message}`}${isWhole ? '' : ', cut off'}`
  return WITHOUT_STATUS[end!]
}

const WITHOUT_STATUS: Readonly<Record<NonNullable<AuditReply['end']>, string>> = {
  unreachable: 'no connection could be opened',
  closed: 'the connection was closed without a reply',
  silent: 'there was no reply in time',
  unreadable: 'the reply was not HTTP',
}

/** Formats how a connection ended. */
export function endText(end: SocketEnd): string {
  if (end === 'closed') return 'the connection was closed'
  if (end === 'silent') return 'nothing came in time'
  return end === 200 ? 'answered with 200' : `refused with ${end}`
}
