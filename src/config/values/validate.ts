import type * as z from 'zod'
import { closest } from '../../text/closest.js'
import { quote } from '../../text/escape.js'
import type { OnProblem } from '../layer.js'
import { isPlainAddress } from '../redact.js'
import { itemPath } from '../schema/names.js'
import type { Setting } from '../schema/setting.js'
import type { Shape } from '../schema/shape.js'
import { expected, expectedRange, insteadOf } from './expected.js'

/**
 * Validates a converted value with the setting's schema, which also fills in the defaults of a table.
 *
 * @returns the schema's output; meaningless when a problem was reported
 */
export function validate({ schema, shape, path }: Setting, value: unknown, report: OnProblem): unknown {
  const result = schema.safeParse(value, { error: issue => messageOf(issue, shapeAt(shape, issue.path ?? [])) })
  if (result.success) return result.data
  for (const issue of result.error.issues)
    report(issue.path.reduce(itemPath, path), issue.message, hintFor(issue, { schema, shape }, value))
  return undefined
}

// Words zod's issue to continue "shout.temperature …". An author's own message takes precedence.
function messageOf(issue: z.core.$ZodRawIssue, shape: Shape | undefined): string | undefined {
  const instead = shape ? insteadOf(shape, issue.input) : ''
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing'
      return shape && `must be ${expected(shape)}${instead}`
    case 'invalid_value':
    case 'invalid_union':
      return shape && `must be ${expected(shape)}${instead}`
    case 'too_small':
      return limit(issue, shape, `at least ${issue.minimum}`)
    case 'too_big':
      return limit(issue, shape, `at most ${issue.maximum}`)
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}${instead}`
    case 'invalid_format':
      return `must be ${issue.format === 'url' && shape ? expected(shape) : `of the form ${issue.pattern ?? issue.format}`}${instead}`
    case 'invalid_key':
      return 'is not a valid key here'
    default:
      return 'is not valid'
  }
}

function limit(issue: z.core.$ZodRawIssue & { origin: string }, shape: Shape | undefined, bound: string): string {
  const noun = issue.origin === 'string' ? 'character' : issue.origin === 'array' ? 'item' : undefined
  if (noun && bound === 'at least 1') return 'must not be empty'
  if (noun) return `must have ${bound} ${noun}${bound.endsWith(' 1') ? '' : 's'}`
  return `must be ${shape ? (expectedRange(shape) ?? bound) + insteadOf(shape, issue.input) : bound}`
}

// Suggests the closest choice, or the address with a scheme; nothing for secrets.
function hintFor(
  issue: z.core.$ZodIssue,
  { schema, shape }: Pick<Setting, 'schema' | 'shape'>,
  value: unknown,
): string | undefined {
  const inner = shapeAt(shape, issue.path)
  const typed = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], value)
  if (inner?.kind !== 'text' || inner.secret || typeof typed !== 'string') return undefined
  if (inner.url && isPlainAddress(typed)) {
    const url = withScheme(typed)
    if (isValidAt(schema, issue.path, replacedAt(value, issue.path, url))) return `write ${url}`
  }
  const meant = closest(typed, inner.choices)
  return meant && `use ${quote(meant)}`
}

/** Returns an address with the scheme that it most likely has: https for a domain without a port. */
function withScheme(address: string): string {
  const bare = address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
  const isDomain = /^[^/:]+\.[a-z]{2,}(\/|$)/i.test(bare)
  return `${isDomain ? 'https' : 'http'}://${bare}`
}

function replacedAt(value: unknown, [key, ...keys]: readonly PropertyKey[], leaf: unknown): unknown {
  if (key === undefined) return leaf
  const inner = replacedAt((value as Record<PropertyKey, unknown>)[key], keys, leaf)
  return Array.isArray(value) ? value.with(Number(key), inner) : { ...(value as object), [key]: inner }
}

function isValidAt(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): boolean {
  const { error } = schema.safeParse(value)
  return !error?.issues.some(issue => issue.path.join() === path.join())
}

function shapeAt(shape: Shape, keys: readonly PropertyKey[]): Shape | undefined {
  return keys.reduce<Shape | undefined>((at, key) => {
    switch (at?.kind) {
      case 'list':
        return at.item
      case 'dictionary':
        return at.value
      case 'table':
        return at.fields.get(String(key))
      default:
        return undefined
    }
  }, shape)
}
