import { z } from 'zod'

/** What does not fit, each as `path: words`. A getter that throws does not fit either. */
export function faultsIn(shape: z.ZodType, value: unknown): readonly string[] {
  try {
    const { error } = shape.safeParse(value)
    return (error?.issues ?? []).map(issue => [...issue.path.map(String), words(issue)].join(': '))
  } catch {
    return ['it cannot be looked at']
  }
}

/** Of a key that does not fit zod says only that it does not, and of one that is not known nothing of those that are. */
function words(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `${issue.keys.join(', ')}: there is no such field, see docs/plugin-reference.md`
  return (issue.code === 'invalid_key' && issue.issues[0]?.message) || issue.message
}

/** A text that fills one line of a table. */
export const line = z
  .string({ error: 'must be a text' })
  .regex(/^[^\p{Cc}\u2028\u2029]{1,500}$/u, { error: 'must be one line of at most 500 characters' })

export const callable = z.custom(value => typeof value === 'function', { error: 'must be a function' })
