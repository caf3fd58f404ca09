import { z } from 'zod'
import { nearest } from '../../text/closest.js'
import { quote } from '../../text/escape.js'
import { plainOf } from '../../wires/json/plain-of.js'
import type { JsonObject } from '../../wires/json/tree.js'
import type { Trouble } from '../errors/format-message.js'
import type { ChosenSynapse } from './choose-synapse.js'

/** What of these fields the dialect's own axon would not take, and what it would not know. */
export function fieldWarnings({ name, route: { body, example } }: ChosenSynapse, fields: JsonObject): Trouble[] {
  const warning = (message: string, hint?: string): Trouble => ({ label: 'warning', message, hint })
  const known = new Set([...Object.keys(example), ...(body instanceof z.ZodObject ? Object.keys(body.shape) : [])])
  const unknown = [...fields.keys()].filter(field => !known.has(field))
  const [issue] = body.safeParse(plainOf(fields)).error?.issues ?? []
  return [
    ...unknown.map(field => warning(`${name} has no field ${quote(field)}`, nearest(field, known))),
    ...(issue ? [warning(`${name} does not take this: ${issue.path.join('.') || 'body'}: ${issue.message}`)] : []),
  ]
}
