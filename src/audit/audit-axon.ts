import { linkedController } from '../async/abortable.js'
import { LOST_HEADERS } from '../dendrite/explain.js'
import type { Keypair } from '../keys/keypair.js'
import type { Attack, Audit, AuditFinding, AuditLimits, FurtherClient } from './attack.js'
import { attacks } from './attacks/all.js'
import { requireOurs, requireUsable } from './first-requests.js'
import { isAnswered } from './judge.js'
import { NotTried } from './not-tried.js'
import type { AuditQuestion } from './question.js'
import { AuditClient, type AuditReply, type AuditTarget } from './wire/audit-client.js'
import { AuditSocket } from './wire/audit-socket.js'
import { type Changes, craftRequest } from './wire/craft.js'

/** The limits of an audit that was given none. */
export const defaultAuditLimits: AuditLimits = {
  // Longer than a nonce is fresh with a dendrite's default time-out of 12 s, shorter than with one of 60 s.
  pauseMs: 20_000,
  slowMs: 35_000,
  replyMs: 10_000,
  connections: 1_100,
  // So many that the flood lasts as long as the good requests may take, with the time-out of a dendrite.
  flood: { requests: 30_000, perSecond: 500, goodRequests: 3, everyMs: 500 },
}

type AuditOptions = {
  readonly target: AuditTarget
  /** the hotkey of the axon */
  readonly receiver: string
  readonly caller: Keypair
  readonly question: AuditQuestion
  /** not on this machine: a few small requests on one connection at a time, and no more */
  readonly isRemote: boolean
  readonly limits?: AuditLimits
  /** called when an attack begins, and again when it is waited for */
  readonly onAttack?: (attack: Attack) => void
  readonly signal: AbortSignal
}

/** What an attack showed, with what is known of the attack. */
export type AuditRow = Pick<Attack, 'id' | 'title' | 'meaning' | 'mend'> & AuditFinding

/** What an audit showed. */
export type AuditReport = {
  /** the reply to the good request, which decides what can be tried */
  readonly good: AuditReply
  /** whether the good request was answered, so that the caller is let in */
  readonly isLetIn: boolean
  readonly rows: readonly AuditRow[]
}

/** Requests in all to an axon of another machine. */
const MOST_REMOTE = 50
/** No audit of an axon on this machine needs as many; the attacks under load count their own. */
const MOST_LOCAL = 500
/** In another network than 127.0.0.1, so that limits by address tell the two apart. Linux answers at all of 127.0.0.0/8. */
const OTHER_LOOPBACK = '127.113.0.1'
/** What a request may take beyond the time-out that it names. */
const GRACE_MS = 2_000

/**
 * Attacks an axon: first a good request, then each attack. An attack that cannot be made, or whose target lies behind rules
 * that refuse the caller, is not tried.
 *
 * @throws {AuditError} NO_AXON · NOT_AN_AXON · GOOD_REQUEST_FAILED · NOT_OURS when it is not on this machine
 * @throws the signal's reason when it aborts
 */
export async function auditAxon(options: AuditOptions): Promise<AuditReport> {
  const { target, question, isRemote, onAttack = () => {} } = options
  const maxRequests = isRemote ? MOST_REMOTE : MOST_LOCAL
  const timeoutMs = question.timeoutMs + GRACE_MS
  using ending = linkedController(options.signal)
  const { signal } = ending
  using client = new AuditClient({ target, connections: 1, maxRequests, timeoutMs, signal })
  const audit = await openAudit({ ...options, signal }, client)
  const isLetIn = isAnswered(audit.good)
  const isLost = LOST_HEADERS.test(audit.good.message)
  const why = (attack: Attack) => impossible(attack, { isRemote, isLetIn, isLost, isSigned: question.isSigned })
  const possible = attacks.filter(attack => why(attack) === undefined)
  const findings = await runAttacks(audit, possible, onAttack).catch(error => {
    ending.abort(error) // ends those that still wait
    throw error
  })
  const rows = attacks.map((attack): AuditRow => {
    const { id, title, meaning, mend } = attack
    return { id, title, meaning, mend, ...(findings.get(attack) ?? { verdict: 'not tried', found: why(attack)! }) }
  })
  return { good: audit.good, isLetIn, rows }
}

/** Sends the requests that decide whether an audit may begin, and gathers what the attacks work with. */
async function openAudit(options: AuditOptions, client: AuditClient): Promise<Audit> {
  const { target, receiver, caller, question, isRemote, signal, limits = defaultAuditLimits } = options
  const craft = (changes?: Changes) => craftRequest({ question, receiver, caller, ...target }, changes)
  if (isRemote) await requireOurs(client, craft, { target, caller: caller.address })
  const good = await client.send(craft())
  requireUsable(good, target, receiver)
  const timeoutMs = question.timeoutMs + GRACE_MS
  const localAddress = isRemote ? undefined : await otherAddress({ target, timeoutMs: limits.replyMs, signal }, craft)
  return {
    question,
    receiver,
    caller,
    good,
    limits,
    client,
    signal,
    craft,
    connect: () => AuditSocket.open({ target, localAddress, timeoutMs: limits.replyMs, signal }),
    openClient: ({ isAttack, ...further }: FurtherClient) =>
      new AuditClient({ target, timeoutMs, signal, ...(isAttack && { localAddress }), ...further }),
  }
}

/** Runs attacks: those that wait beside the others, and those that load the axon after all others. */
async function runAttacks(
  audit: Audit,
  possible: readonly Attack[],
  onAttack: (attack: Attack) => void,
): Promise<ReadonlyMap<Attack, AuditFinding>> {
  const findings = new Map<Attack, AuditFinding>()
  const run = async (attack: Attack) => {
    onAttack(attack)
    findings.set(attack, await finding(attack, audit))
  }
  const alongside = possible.filter(({ when }) => when === 'alongside')
  const waiting = Promise.all(alongside.map(run))
  waiting.catch(() => {}) // awaited below
  for (const attack of possible) if (attack.when === undefined) await run(attack)
  for (const attack of alongside) if (!findings.has(attack)) onAttack(attack)
  await waiting
  for (const attack of possible) if (attack.when === 'last') await run(attack)
  return findings
}

async function finding(attack: Attack, audit: Audit): Promise<AuditFinding> {
  try {
    return await attack.run(audit)
  } catch (error) {
    if (!(error instanceof NotTried)) throw error
    return { verdict: 'not tried', found: error.message }
  }
}

type Circumstances = {
  readonly isRemote: boolean
  readonly isLetIn: boolean
  /** the headers of the good request did not arrive */
  readonly isLost: boolean
  readonly isSigned: boolean
}

/** Returns why an attack cannot be tried; undefined when it can. */
function impossible({ needs }: Attack, { isRemote, isLetIn, isLost, isSigned }: Circumstances): string | undefined {
  if (needs.loopback && isRemote) return 'only against an axon on this machine'
  if (needs.signed && !isSigned) return 'this synapse takes unsigned requests'
  if (needs.caller && isLost) return 'the headers of a request do not arrive'
  if (needs.caller && !isLetIn) return 'the axon does not answer the caller, and its rules come before what is attacked'
  return undefined
}

/** Returns another loopback address from which the axon answers the caller, if it answers from one. */
async function otherAddress(
  options: { readonly target: AuditTarget; readonly timeoutMs: number; readonly signal: AbortSignal },
  craft: Audit['craft'],
): Promise<string | undefined> {
  if (!options.target.ip.startsWith('127.')) return undefined
  using client = new AuditClient({ ...options, localAddress: OTHER_LOOPBACK, connections: 1, maxRequests: 1 })
  try {
    return isAnswered(await client.send(craft({ isPing: true }))) ? OTHER_LOOPBACK : undefined
  } catch (error) {
    if (error instanceof NotTried) return undefined
    throw error
  }
}
