import type { Keypair } from '../keys/keypair.js'
import type { AuditQuestion } from './question.js'
import type { AuditClient, AuditReply } from './wire/audit-client.js'
import type { AuditSocket } from './wire/audit-socket.js'
import type { Changes, CraftedRequest } from './wire/craft.js'

/**
 * What an attack showed. `held`: the axon refused it. `fell`: it did not. `unprotected`: the axon took it, and so does every
 * axon of this wire, because no signature covers what was changed. `not tried`: the attack did not reach what it is meant
 * for.
 */
export type AuditVerdict = 'held' | 'fell' | 'unprotected' | 'not tried'

/** A verdict, and what was seen. */
export type AuditFinding = {
  readonly verdict: AuditVerdict
  /** one line; it may hold the axon's own text */
  readonly found: string
  /** what stopped an attack that was not tried, if the operator can do something about it */
  readonly stoppedBy?: 'rate'
}

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
   * @throws {NotAccepted} when the axon does not accept it
   * @throws {NotTried} when this machine has none left
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
  /** no axon can fall to it: it shows what the wire leaves open */
  readonly isOfWire?: boolean
  run(audit: Audit): Promise<AuditFinding>
}

/** What most attacks on the proof need. */
export const signedRequest = { caller: true, signed: true } as const
/** What attacks need that load an axon. */
export const loadOfCaller = { caller: true, loopback: true } as const
