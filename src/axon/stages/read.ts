import type { Route } from '../../plugin/dialect.js'
import { hashVersions } from '../../plugin/route-fields.js'
import { toPlain } from '../../wires/json/convert.js'
import type { JsonObject } from '../../wires/json/tree.js'
import { Refusal } from '../../wires/refusal.js'
import type { Claim, Wire } from '../../wires/wire.js'
import type { Exchange } from '../exchange.js'

/** Bytes of a body for which nobody signed: as many of them as there are connections can be on their way at once. */
export const STRANGERS_BODY = 64 * 1024

/** What was asked: the tree that was hashed and goes back, and the dialect's view of it. */
export type Request = { readonly tree: JsonObject; readonly body: unknown }

/**
 * Reads the body of a proven call, holds it against the signed hash, then against the dialect's schema. Where a route
 * wants no proof there is no hash to hold it against.
 *
 * @param claim of the call, once it is proven or need not be
 * @throws {Refusal} BODY_TOO_LARGE · MALFORMED · HASH_MISMATCH
 */
export async function read(
  exchange: Exchange,
  wire: Wire,
  claim: Claim,
  { route, maxBody }: { route: Route; maxBody: number },
): Promise<Request> {
  const isOpen = route.auth === 'none'
  const raw = await exchange.body(route.maxBody ?? (isOpen ? Math.min(maxBody, STRANGERS_BODY) : maxBody))
  const tree = wire.open(claim, raw, isOpen ? null : hashVersions(route))
  const view = route.body.safeParse(toPlain(tree))
  if (view.success) return { tree, body: view.data }
  const [issue] = view.error.issues
  throw new Refusal('MALFORMED', `${issue?.path.join('.') || 'body'}: ${issue?.message}`.slice(0, 256))
}
