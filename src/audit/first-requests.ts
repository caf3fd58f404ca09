import { explain, LOST_HEADERS } from '../dendrite/explain.js'
import { axonText } from '../text/axon-text.js'
import { headerIn } from '../wires/synapse/read-reply-head.js'
import { AuditError } from './audit-error.js'
import { isLoopback } from './find-target.js'
import { isAnswered, replyText } from './judge.js'
import { strangerKey } from './stranger-key.js'
import type { AuditClient, AuditReply, AuditTarget } from './wire/audit-client.js'
import type { Changes, CraftedRequest } from './wire/craft.js'

/**
 * Requires that an axon of another machine is ours: it answers a ping for our hotkey, and refuses one for another.
 *
 * @param caller hotkey that asks
 * @throws {AuditError} NOT_OURS · NO_AXON
 */
export async function requireOurs(
  client: AuditClient,
  craft: (changes: Changes) => CraftedRequest,
  { target, caller }: { readonly target: AuditTarget; readonly caller: string },
): Promise<void> {
  const ours = await decided(client, () => craft({ isPing: true }))
  if (ours.status === null) throw noAxon(ours, target)
  // A stranger's axon gets no more than this.
  if (ours.status === 403) throw notLetIn(ours, caller)
  if (!isAnswered(ours)) throw notOurs(`a ping for its hotkey: ${replyText(ours)}`)
  const receiver = strangerKey().address
  const other = await decided(client, () => craft({ isPing: true, receiver }))
  if (other.status !== 401) throw notOurs(`a ping for another hotkey: ${replyText(other)}`)
}

/** Sends a ping, and once more if its reply tells nothing of the hotkey: the axon is busy, or failed. */
async function decided(client: AuditClient, craft: () => CraftedRequest): Promise<AuditReply> {
  const reply = await client.send(craft())
  const { status, end } = reply
  const isOpen = status === null ? end !== 'unreachable' : status === 408 || status === 429 || status >= 500
  return isOpen ? await client.send(craft()) : reply
}

/** Of a caller that is refused by its name, no reply tells for which hotkey the axon takes pings. */
function notLetIn(ours: AuditReply, caller: string): AuditError {
  return new AuditError(
    'NOT_OURS',
    `the axon does not let ${caller} in, so whose axon it is cannot be told: ${replyText(ours)}`,
    {
      hint: `miner serve with --allow ${caller}, and audit again`,
    },
  )
}

function notOurs(pings: string): AuditError {
  return new AuditError('NOT_OURS', `this does not look like the axon of the wallet's hotkey: ${pings}`, {
    hint: 'one for its hotkey must be answered 200, one for another 401; check --url and --wallet-hotkey',
  })
}

/**
 * Requires a reply to the good request from which attacks can be told: an answer, a refusal of the caller, or the sign that
 * its headers got lost.
 *
 * @param receiver hotkey of the axon, which the head of its reply names
 * @throws {AuditError} NO_AXON · NOT_AN_AXON · GOOD_REQUEST_FAILED
 */
export function requireUsable(good: AuditReply, target: AuditTarget, receiver: string): void {
  if (LOST_HEADERS.test(good.message)) return
  if (good.status === null) throw noAxon(good, target)
  if (isAnswered(good) || good.status === 403) {
    requireReplyOf(receiver, good, target)
    return
  }
  if (good.status < 400 || good.status === 501) requireReplyOf(receiver, good, target)
  const problem = explain(good)
  throw new AuditError('GOOD_REQUEST_FAILED', `the axon does not answer a good request: ${replyText(good)}`, {
    hint: problem?.hint ?? 'ask it with miner query',
  })
}

/** Requires that the axon wrote the head of a reply: these statuses can come from any HTTP server. */
function requireReplyOf(receiver: string, { rawHeaders, status }: AuditReply, target: AuditTarget): void {
  const named = headerIn(rawHeaders, 'bt_header_axon_hotkey')
  if (named === receiver) return
  // An axon may leave its hotkey out of a reply: its status is of this wire all the same.
  if (named === undefined && headerIn(rawHeaders, 'bt_header_axon_status_code') !== undefined) return
  const from = named === undefined ? 'not one of an axon' : `one of the axon of ${named}, not of ${receiver}`
  throw new AuditError('NOT_AN_AXON', `the reply ${status} of ${axonText(target)} is ${from}`, {
    hint: 'check --url or --axon-port, and the hotkey of the axon: --wallet-name and --wallet-hotkey, or --receiver',
  })
}

const CHECK = 'check --url, that the axon runs, and its firewall'
const START =
  'start it (miner serve --dev, for audit --dev), or name its port with --axon-port or its address with --url'

function noAxon(reply: AuditReply, target: AuditTarget): AuditError {
  const isAbsent = reply.end === 'unreachable'
  const address = axonText(target)
  const message = isAbsent
    ? `no axon can be reached at ${address}`
    : `no axon answers at ${address}: ${replyText(reply)}`
  return new AuditError('NO_AXON', message, { hint: isAbsent && isLoopback(target) ? START : CHECK })
}
