import type { Route } from '../../plugin/dialect.js'
import { hashVersions } from '../../plugin/route-fields.js'
import { toPlain } from '../../wires/json/convert.js'
import { memoryOf } from '../../wires/json/memory-of.js'
import type { JsonObject } from '../../wires/json/tree.js'
import { Refusal } from '../../wires/refusal.js'
import type { Wire } from '../../wires/wire.js'
import type { Exchange } from '../exchange.js'
import type { BodyPart } from '../state/body-budget.js'
import type { VerifiedCall } from './verify.js'

/** Bytes of an unsigned body; as many such bodies as there are connections can be on their way at once. */
export const STRANGERS_BODY = 64 * 1024

export type Request = {
  readonly call: VerifiedCall
  /** what was hashed, and goes back in the reply */
  readonly tree: JsonObject
  /** the dialect's view of it */
  readonly body: unknown
  /** bytes of the body as it came */
  readonly size: number
  /** what both take of the budget of bodies, to be pinned when the request is at work, and disposed when it is answered */
  readonly part: BodyPart
}

/**
 * Reads the body of a verified call, and checks it against the signed hash and then the dialect's schema. On a route
 * that takes unsigned calls there is no hash. What was read takes its memory of the budget of bodies.
 *
 * @throws {Refusal} BODY_TOO_LARGE · BODY_TIMEOUT · BODIES_FULL · MALFORMED · HASH_MISMATCH
 */
export async function read(exchange: Exchange, wire: Wire, call: VerifiedCall, maxBody: number): Promise<Request> {
  const { claim, route } = call
  const isOpen = route.auth === 'none'
  const { bytes, part } = await exchange.body(route.maxBody ?? (isOpen ? Math.min(maxBody, STRANGERS_BODY) : maxBody))
  try {
    const tree = await wire.open(claim, bytes, isOpen ? null : hashVersions(route))
    const body = viewOf(tree, route)
    part.unpin()
    part.take(memoryOf(tree, bytes))
    return { call, tree, body, size: bytes.length, part }
  } catch (error) {
    part[Symbol.dispose]()
    throw error
  }
}

function viewOf(tree: JsonObject, route: Route): unknown {
  const view = route.body.safeParse(toPlain(tree))
  if (view.success) return view.data
  const [issue] = view.error.issues
  throw new Refusal('MALFORMED', `${issue?.path.join('.') || 'body'}: ${issue?.message}`.slice(0, 256))
}
