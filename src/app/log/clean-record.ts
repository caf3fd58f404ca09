/** How a record is cleaned: `sanitize` makes a text safe; `stacks`: whether errors keep theirs. */
export type Cleaning = { readonly sanitize: (text: string) => string; readonly stacks: boolean }

/** Cleans a record, and never throws: a getter or a `toJSON` of a plugin may. */
export function cleanRecord(record: unknown, how: Cleaning): object {
  try {
    return clean(record, how) as object
  } catch (error) {
    return { event: 'recordLost', message: how.sanitize(String(error)) }
  }
}

/** How deep a record is logged. Deeper values are cut, which also ends a cycle. */
const DEPTH = 5

/** Returns a copy of a value with every text in it sanitized. @param depth of the value in its record */
export function clean(value: unknown, how: Cleaning, depth = 0): unknown {
  if (typeof value === 'string') return how.sanitize(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEPTH) return '…'
  const deeper = (item: unknown) => clean(item, how, depth + 1)
  if (value instanceof Error) return fields(errorFields(value, how.stacks), how, deeper)
  if (Array.isArray(value)) return value.map(deeper)
  // For example a Date or a URL.
  if ('toJSON' in value && typeof value.toJSON === 'function') return deeper(value.toJSON())
  return fields(value, how, deeper)
}

function fields(value: object, { sanitize }: Cleaning, deeper: (item: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [sanitize(key), deeper(item)]))
}

/** Returns the fields of an error that are logged. */
function errorFields(error: Error, stacks: boolean): object {
  const { code, hint, stack, cause } = error as { code?: unknown; hint?: unknown } & Error
  return {
    name: error.name,
    ...(code !== undefined && { code: String(code) }),
    message: error.message,
    ...(hint !== undefined && { hint: String(hint) }),
    ...(stacks && { stack: stack?.split('\n').slice(1) }),
    ...(cause instanceof Error && { cause }),
  }
}
