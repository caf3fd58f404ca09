import type { Route } from '../plugin/dialect.js'
import type { JsonObject } from '../wires/json-tree.js'
import { plainOf } from '../wires/plain-of.js'
import { Refusal } from '../wires/refusal.js'
import type { Wire } from '../wires/wire.js'
import type { Exchange } from './exchange.js'
import type { SignedCall } from './verify.js'

/** A proven call with its body: the tree that was hashed and goes back, and the dialect's view of it. */
export type Request = { readonly call: SignedCall; readonly tree: JsonObject; readonly body: unknown }

/**
 * Reads the body of a proven call, holds it against the signed hash, then against the dialect's schema.
 *
 * @throws {Refusal} BODY_TOO_LARGE · MALFORMED · HASH_MISMATCH
 */
export async function read(
  exchange: Exchange,
  wire: Wire,
  call: SignedCall,
  { route, maxBody }: { route: Route; maxBody: number },
): Promise<Request> {
  const raw = await exchange.body(maxBody)
  const tree = wire.open(call.claim, raw, route.hashed)
  const view = route.body.safeParse(plainOf(tree))
  if (view.success) return { call, tree, body: view.data }
  const [issue] = view.error.issues
  throw new Refusal('MALFORMED', `${issue?.path.join('.') || 'body'}: ${issue?.message}`.slice(0, 256))
}
