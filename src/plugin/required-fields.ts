import { z } from 'zod'
import type { Route } from './dialect.js'

/** The fields of a synapse that its schema does not do without, which the head of a request announces. */
export function requiredFields({ body }: Pick<Route, 'body'>): readonly string[] {
  if (!(body instanceof z.ZodObject)) return []
  return Object.entries(body.shape).flatMap(([name, schema]) =>
    (schema as Route['body']).safeParse(undefined).success ? [] : [name],
  )
}
