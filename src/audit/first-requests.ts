import { explain } from '../dendrite/explain.js'
import { axonText } from '../text/axon-text.js'
import { replyText } from './attack.js'
import { LOST } from './attacks/head.js'
import { strangerKey } from './attacks/proof.js'
import { AuditError } from './audit-error.js'
import type { AuditClient, AuditReply, AuditTarget } from './wire/audit-client.js'
import type { Changes, CraftedRequest } from './wire/craft.js'

/**
 * Requires that an axon of another machine is ours: it verifies a ping for our hotkey, and refuses one for another.
 *
 * @throws {AuditError} NOT_OURS · NO_AXON
 */
export async function requireOurs(client: AuditClient, craft: (changes: Changes) => CraftedRequest): Promise<void> {
  const ours = await client.send(craft({ isPing: true }))
  const other = await client.send(craft({ isPing: true, receiver: strangerKey().address }))
  if (ours.status !== null && ours.status !== 401 && other.status === 401) return
  const pings = `a ping for its hotkey: ${replyText(ours)}; a ping for another hotkey: ${replyText(other)}`
  throw new AuditError('NOT_OURS', `this does not look like the axon of the wallet's hotkey: ${pings}`, {
    hint: 'the first must not be answered 401, the second must; check --url and --wallet-hotkey',
  })
}

/**
 * Requires a reply to the good request from which attacks can be told: an answer, a refusal of the caller, or the sign that
 * its headers got lost.
 *
 * @throws {AuditError} NO_AXON · GOOD_REQUEST_FAILED
 */
export function requireUsable(good: AuditReply, target: AuditTarget): void {
  if (good.status === 200 || good.status === 403 || LOST.test(good.message)) return
  if (good.status === null) {
    throw new AuditError('NO_AXON', `no axon answers at ${axonText(target)}: ${replyText(good)}`, {
      hint: 'check --url, that the axon runs, and its firewall',
    })
  }
  const problem = explain(good)
  throw new AuditError('GOOD_REQUEST_FAILED', `the axon does not answer a good request: ${replyText(good)}`, {
    hint: problem?.hint ?? 'ask it with miner query',
  })
}
