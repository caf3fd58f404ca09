import type { ZodType } from 'zod'
import type { DialectDefinition, Route } from '#dist/plugin/dialect.js'
import { sdk } from '../support/sdk.ts'

type Changes = Partial<Route> & Record<string, unknown>

/** A dialect of one synapse `Ask`, with one field `text`; what it answers is the field `answer`. */
export function dialectOf(route: Changes, more: Partial<DialectDefinition> = {}): DialectDefinition {
  const plain = {
    body: sdk.z.object({ text: sdk.z.string() }) as ZodType,
    hashed: [],
    example: { text: 'hi', answer: null },
    answer: async () => ({ answer: 'fine' }),
  }
  return {
    name: 'test',
    summary: 'a dialect for tests',
    follows: 'nobody/nothing@0000000',
    synapses: { Ask: { ...plain, ...route } as Route },
    ...more,
  }
}
