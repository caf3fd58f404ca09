import { hashVersions } from '../../plugin/route-fields.js'
import { toPlain } from '../../wires/json/convert.js'
import type { JsonObject } from '../../wires/json/tree.js'
import { Refusal } from '../../wires/refusal.js'
import type { Wire } from '../../wires/wire.js'
import type { Exchange } from '../exchange.js'
import type { VerifiedCall } from './verify.js'

/** Bytes of an unsigned body; as many such bodies as there are connections can be on their way at once. */
export const STRANGERS_BODY = 64 * 1024

export type Request = {
  readonly call: VerifiedCall
  /** what was hashed, and goes back in the reply */
  readonly tree: JsonObject
  /** the dialect's view of it */
  readonly body: unknown
}

/**
 * Reads the body of a verified call, and checks it against the signed hash and then the dialect's schema. On a route
 * that takes unsigned calls there is no hash.
 *
 * @throws {Refusal} BODY_TOO_LARGE · BODY_TIMEOUT · BODIES_FULL · MALFORMED · HASH_MISMATCH
 */
export async function read(exchange: Exchange, wire: Wire, call: VerifiedCall, maxBody: number): Promise<Request> {
  const { claim, route } = call
  const isOpen = route.auth === 'none'
  using raw = await exchange.body(route.maxBody ?? (isOpen ? Math.min(maxBody, STRANGERS_BODY) : maxBody))
  const tree = await wire.open(claim, raw.bytes, isOpen ? null : hashVersions(route))
  const view = route.body.safeParse(toPlain(tree))
  if (view.success) return { call, tree, body: view.data }
  const [issue] = view.error.issues
  throw new Refusal('MALFORMED', `${issue?.path.join('.') || 'body'}: ${issue?.message}`.slice(0, 256))
}
