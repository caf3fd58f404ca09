import { z } from 'zod'
import { callable, faultsIn, line } from './shape-faults.js'

/** What is wrong with what a plugin gives as the definition of a miner; empty when it is one. */
export function minerFaults(definition: unknown, name: string): readonly string[] {
  return faultsIn(
    z.strictObject({
      name: z.literal(name, { error: `must be ${name}, as its package.json says` }),
      summary: line,
      settings: z.custom(isZodObject, { error: 'must be an object of zod 4: z.object({ … })' }),
      rules: callable.optional(),
      models: callable.optional(),
      create: callable,
    }),
    definition,
  )
}

// Another copy of zod is as good: `instanceof` asks for its traits.
function isZodObject(value: unknown): boolean {
  return value instanceof z.ZodObject
}
