import { z } from 'zod'
import type { Route } from '../../plugin/dialect.js'
import { Refusal } from '../../wires/refusal.js'
import type { Head, Wire } from '../../wires/wire.js'

/** The synapses that an axon answers, by name; the ping is among them. */
export type Routes = ReadonlyMap<string, Route>

/**
 * Which wire speaks, and which synapse it wants. A head that no wire knows as its own is answered in the first
 * wire's form.
 */
export function wireOf(head: Head, wires: readonly [Wire, ...Wire[]]): Wire {
  return wires.find(wire => wire.match(head)) ?? wires[0]
}

/**
 * The synapse that the path names.
 *
 * @throws {Refusal} METHOD_NOT_ALLOWED · NOT_FOUND · UNKNOWN_SYNAPSE
 */
export function matchRoute(head: Head, wire: Wire, routes: Routes): Route {
  if (head.method !== 'POST' && head.method !== 'GET') {
    throw new Refusal('METHOD_NOT_ALLOWED', '', { headers: [['allow', 'POST, GET']] })
  }
  const name = wire.synapse(head)
  if (name === null) throw new Refusal('NOT_FOUND')
  const route = routes.get(name)
  if (route) return route
  throw new Refusal('UNKNOWN_SYNAPSE', wire.unknown(name, [...routes.keys()]))
}

/** The SDK's base synapse, which every axon answers with an echo: it asks whether somebody is there. */
export const ping: Route = {
  body: z.looseObject({}),
  hashed: [],
  queue: false,
  example: {},
  answer: async () => ({}),
}
