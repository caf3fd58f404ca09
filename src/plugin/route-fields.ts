import * as z from 'zod'
import type { HashField } from '../wires/wire.js'
import type { Route } from './dialect.js'

/** Returns the hashed fields of each version of the protocol that a route answers; most routes declare one version. */
export function hashVersions({ hashed }: Pick<Route, 'hashed'>): readonly (readonly HashField[])[] {
  const isSeveral = (list: Route['hashed']): list is readonly (readonly HashField[])[] => Array.isArray(list[0])
  return isSeveral(hashed) ? hashed : [hashed]
}

/** Returns the fields that a synapse's schema requires, which the head of a request announces. */
export function requiredFields({ body }: Pick<Route, 'body'>): readonly string[] {
  if (!(body instanceof z.ZodObject)) return []
  return Object.entries(body.shape).flatMap(([name, schema]) =>
    (schema as Route['body']).safeParse(undefined).success ? [] : [name],
  )
}
