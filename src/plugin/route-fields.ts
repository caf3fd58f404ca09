import type { HashField } from '../wires/hash-field.js'
import type { Route } from './dialect.js'

/** The hashed fields of each version of the protocol that a route answers; one version, unless it says several. */
export function hashVersions({ hashed }: Pick<Route, 'hashed'>): readonly (readonly HashField[])[] {
  const isSeveral = (list: Route['hashed']): list is readonly (readonly HashField[])[] => Array.isArray(list[0])
  return isSeveral(hashed) ? hashed : [hashed]
}
