import type { Keypair } from '../keys/keypair.js'
import type { AuditQuestion } from './question.js'
import type { AuditClient, AuditReply } from './wire/audit-client.js'
import type { AuditSocket, SocketEnd } from './wire/audit-socket.js'
import type { Changes, CraftedRequest } from './wire/craft.js'

/**
 * What an attack showed. `held`: the axon refused it. `fell`: it did not. `unprotected`: the axon took it, and so does every
 * axon of this wire, because no signature covers what was changed. `not tried`: the attack did not reach what it is meant
 * for.
 */
export type AuditVerdict = 'held' | 'fell' | 'unprotected' | 'not tried'

/** A verdict, and what was seen. `found` is one line, and may hold the axon's own text. */
export type AuditFinding = { readonly verdict: AuditVerdict; readonly found: string }

/** How long and how much the attacks go on. */
export type AuditLimits = {
  /** between a good request and its late replay */
  readonly pauseMs: number
  /** how long a head or a body may take to arrive before the axon has to end it */
  readonly slowMs: number
  /** how long the axon may take to refuse what is too large, and to answer a ping under load */
  readonly replyMs: number
  readonly connections: number
  /** `everyMs`: before each request of the good caller */
  readonly flood: {
    readonly requests: number
    readonly perSecond: number
    readonly goodRequests: number
    readonly everyMs: number
  }
}

/** What an attack works with. */
export type Audit = {
  readonly question: AuditQuestion
  /** the hotkey of the axon */
  readonly receiver: string
  /** the hotkey that asks */
  readonly caller: Keypair
  /** the reply to the good request */
  readonly good: AuditReply
  readonly limits: AuditLimits
  readonly client: AuditClient
  readonly signal: AbortSignal
  /** Makes a good request of its own dendrite, with these changes. */
  craft(changes?: Changes): CraftedRequest
  /**
   * Opens a connection for an attack, from another address of this machine if it has one. Loopback only.
   *
   * @throws {NotTried} when the axon does not accept it
   */
  connect(): Promise<AuditSocket>
  /** Opens a client with further connections; for an attack, from another address if there is one. Loopback only. */
  openClient(options: FurtherClient): AuditClient
}

/** A client beside the one of the audit. */
export type FurtherClient = {
  readonly connections: number
  readonly maxRequests: number
  readonly isAttack?: boolean
  readonly signal?: AbortSignal
}

/** One attack: a row of the table, and of docs/audit.md. */
export type Attack = {
  /** stable: programs find it under --json */
  readonly id: string
  /** what is sent, in a few words */
  readonly title: string
  /** what is sent, and what the axon should do, in a sentence or two */
  readonly sends: string
  /** what an attacker can do when the attack succeeds */
  readonly meaning: string
  /** what to change */
  readonly mend: string
  readonly needs: {
    /** the caller is let in: what the attack is meant for lies behind the rules on hotkeys */
    readonly caller?: boolean
    /** the synapse takes signed requests only */
    readonly signed?: boolean
    /** the axon is on this machine: the attack takes more than a few small requests */
    readonly loopback?: boolean
  }
  /** `alongside`: it mostly waits, while others run; `last`: it loads the axon, which would disturb others */
  readonly when?: 'alongside' | 'last'
  run(audit: Audit): Promise<AuditFinding>
}

/** Judges the reply to a request that the axon has to refuse. */
export function judgeRefusal(reply: AuditReply): AuditFinding {
  const found = replyText(reply)
  if (reply.status === 200) return { verdict: 'fell', found }
  if (reply.status === 408 || isOtherRefusal(reply.status)) return { verdict: 'not tried', found }
  if (reply.status === null && reply.end !== 'closed') return { verdict: 'not tried', found }
  return { verdict: 'held', found }
}

/** Returns whether a status comes from another check than an attack is meant for: a list, a rate, a full queue, a deadline. */
export function isOtherRefusal(status: AuditReply['status'] | SocketEnd): boolean {
  return status === 403 || status === 429 || status === 503 || status === 504
}

/** Judges several replies to one attack: the worst decides. */
export function worstOf(findings: readonly AuditFinding[]): AuditFinding {
  const order: readonly AuditVerdict[] = ['fell', 'not tried', 'unprotected', 'held']
  return findings.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))[0]!
}

/** Formats what a request got: `401 Not Verified with error: Missing Signature`. */
export function replyText({ status, message, end }: AuditReply): string {
  if (status !== null) return message ? `${status} ${message}` : String(status)
  if (end === 'unreachable') return 'no connection could be opened'
  return end === 'closed' ? 'the connection was closed without a reply' : 'there was no reply in time'
}
