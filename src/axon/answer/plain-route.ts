import type { PlainRoute } from '../../plugin/dialect.js'
import { MAX_DEPTH, nestsDeeper } from '../../plugin/json.js'
import { abortablePlugin } from '../../plugin/run/abandon.js'
import { contractError } from '../../plugin/run/contract-error.js'
import { Refusal } from '../../wires/refusal.js'
import type { Head, Reply } from '../../wires/wire.js'
import type { Deadline } from '../deadline.js'
import type { Exchange } from '../exchange.js'
import { type RateLimiters, strangersRate } from '../stages/charge.js'
import { STRANGERS_BODY } from '../stages/read.js'
import { addressKey } from '../state/rate-limiter.js'

/** How long the answer of a plain route may take. */
export const PLAIN_MS = 5_000

export type PlainRoutes = ReadonlyMap<string, PlainRoute>

/** A plain route with its method and path. */
export type NamedPlainRoute = { readonly name: string; readonly route: PlainRoute }

/** Returns the plain route of a head, if the dialect has one. */
export function plainRouteOf({ method, target }: Head, routes: PlainRoutes): NamedPlainRoute | null {
  if (routes.size === 0) return null
  const name = `${method} ${target.split('?', 1)[0]}`
  const route = routes.get(name)
  return route ? { name, route } : null
}

/**
 * Answers a plain route, one beside the synapses, in JSON.
 *
 * @throws {Refusal} BUDGET_USED · BODY_TOO_LARGE · BODY_TIMEOUT · BODIES_FULL · MALFORMED
 * @throws the signal's reason, which is the deadline's · whatever the dialect throws
 */
export async function answerPlain(
  { name, route }: NamedPlainRoute,
  exchange: Exchange,
  { rateLimiters, maxBody, deadline }: { rateLimiters: RateLimiters; maxBody: number; deadline: Deadline },
): Promise<Reply> {
  const { head, cancellation } = exchange
  rateLimiters.addresses.take(`${name} ${addressKey(head.address)}`, route.rate ?? strangersRate)
  const body = head.method === 'GET' ? queryOf(head.target) : await readJsonBody(exchange, maxBody)
  deadline.phase = 'answer'
  const answer = { body, address: head.address, signal: cancellation.signal }
  const reply = JSON.stringify(await abortablePlugin('dialect', route.answer(answer), cancellation.signal))
  if (reply === undefined) throw contractError('dialect', 'the dialect gave no JSON', 'return JSON from answer')
  return { status: 200, headers: [['content-type', 'application/json']], body: reply }
}

function queryOf(target: string): Record<string, string> {
  const mark = target.indexOf('?')
  return mark < 0 ? {} : Object.fromEntries(new URLSearchParams(target.slice(mark)))
}

async function readJsonBody(exchange: Exchange, maxBody: number): Promise<unknown> {
  const { bytes, part } = await exchange.body(Math.min(maxBody, STRANGERS_BODY))
  using _part = part
  const body = parsed(bytes)
  if (nestsDeeper(body, MAX_DEPTH)) throw new Refusal('MALFORMED', `The body nests deeper than ${MAX_DEPTH}`)
  return body
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Refusal('MALFORMED', 'The body is not JSON')
  }
}
