/** Readers for JSON in which any value may be missing or have another type. */

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Returns the objects of a list, from its first `max` items. */
export function asRecords(value: unknown, max: number): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.slice(0, max).filter(isRecord) : []
}

export function asString(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** Returns an object with this field, or an empty one when the value is undefined. */
export function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]: Value })
}
