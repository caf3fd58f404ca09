import type { PlainRoute, Rate } from '../plugin/dialect.js'
import { misbehaves } from '../plugin/misbehaves.js'
import { NoAnswer } from '../plugin/no-answer.js'
import { until } from '../plugin/until.js'
import { Refusal } from '../wires/refusal.js'
import type { Head, Reply } from '../wires/wire.js'
import type { Exchange } from './exchange.js'
import { addressKey, type Rates } from './rates.js'

/** What whoever signs nothing may ask of one route, unless the dialect says otherwise. */
export const strangersRate: Rate = { limit: 10, windowMs: 10_000 }

/** How long such an answer may take. */
const MAX_MS = 5_000

export type PlainRoutes = ReadonlyMap<string, PlainRoute>

/** A plain route with its method and path. */
export type NamedPlainRoute = { readonly name: string; readonly route: PlainRoute }

/** The plain route of a head. */
export function plainRouteOf({ method, target }: Head, routes: PlainRoutes): NamedPlainRoute | null {
  if (routes.size === 0) return null
  const name = `${method} ${target.split('?', 1)[0]}`
  const route = routes.get(name)
  return route ? { name, route } : null
}

/**
 * Answers a route that is no synapse, in JSON.
 *
 * @throws {Refusal} BUDGET_USED · BODY_TOO_LARGE · MALFORMED
 * @throws the signal's reason · whatever the dialect throws
 */
export async function answerPlain(
  { name, route }: NamedPlainRoute,
  exchange: Exchange,
  { rates, maxBody }: { rates: Rates; maxBody: number },
): Promise<Reply> {
  const { head, listening } = exchange
  rates.take(`${name} ${addressKey(head.address)}`, route.rate ?? strangersRate)
  const late = setTimeout(() => listening.abort(new NoAnswer('late', `no answer within ${MAX_MS} ms`)), MAX_MS)
  try {
    const body = head.method === 'GET' ? queryOf(head.target) : jsonOf(await exchange.body(maxBody))
    const answer = { body, address: head.address, signal: listening.signal }
    const reply = JSON.stringify(await until(Promise.resolve(route.answer(answer)), listening.signal))
    if (reply === undefined) throw misbehaves('dialect', 'the dialect gave no JSON', 'return JSON from answer')
    return { status: 200, headers: [['content-type', 'application/json']], body: Buffer.from(reply) }
  } finally {
    clearTimeout(late)
  }
}

function queryOf(target: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(target.split('?', 2)[1] ?? ''))
}

function jsonOf(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw))
  } catch {
    throw new Refusal('MALFORMED', 'The body is not JSON')
  }
}
