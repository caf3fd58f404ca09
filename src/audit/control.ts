import type { Audit } from './attack.js'
import { isAnsweredAs } from './judge.js'

/** Returns whether a ping, or a question, from the address of the attacks is answered, so that what ends there is the attack. */
export async function answersThere({ openClient, craft, good }: Audit, isPing: boolean): Promise<boolean> {
  using client = openClient({ connections: 1, maxRequests: 2, isAttack: true })
  return isAnsweredAs(good, await client.send(craft({ isPing })))
}
