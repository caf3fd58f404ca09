import type { Audit } from './attack.js'
import { isAnswered } from './judge.js'

/** Returns whether a ping from the address of the attacks is answered, so that what ends there is the attack. */
export async function answersThere({ openClient, craft, good }: Audit): Promise<boolean> {
  using client = openClient({ connections: 1, maxRequests: 2, isAttack: true })
  const reply = await client.send(craft({ isPing: true }))
  // The rules may refuse the caller's pings as they refuse its questions.
  return isAnswered(reply) || (reply.status === 403 && good.status === 403)
}
