/** A value of JSON as what it is hoped to be, where anything may be missing or be something else. */

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** The objects of a list, at most so many. */
export function asRecords(value: unknown, most: number): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.slice(0, most).filter(isRecord) : []
}

export function asString(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** A field that is there when its value is. */
export function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]: Value })
}
