import * as z from 'zod'
import type { DialectDefinition, Route } from '../../plugin/dialect.js'
import { Refusal } from '../../wires/refusal.js'
import type { Head, Wire } from '../../wires/wire.js'

/** The synapses that an axon answers, by name, the ping included. */
export type Routes = ReadonlyMap<string, Route>

/**
 * Returns the wire of a head. A head that no wire matches is answered on the first wire.
 */
export function wireOf(head: Head, wires: readonly [Wire, ...Wire[]]): Wire {
  return wires.find(wire => wire.match(head)) ?? wires[0]
}

/**
 * Returns the route of the synapse that the path names.
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

/** The SDK's base synapse, which every axon answers with an echo. Validators use it to find out whether an axon is up. */
export const ping: Route = {
  body: z.looseObject({}),
  hashed: [],
  queue: false,
  example: {},
  answer: async () => ({}),
}

/** Returns a dialect with all synapses that an axon answers: the ping comes last, unless the dialect defines it. */
export function withPing(dialect: DialectDefinition): DialectDefinition {
  const { synapses } = dialect
  return { ...dialect, synapses: { ...synapses, Synapse: synapses.Synapse ?? ping } }
}
