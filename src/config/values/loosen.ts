import { keyVariants } from '../schema/names.js'
import type { Shape } from '../schema/shape.js'
import { isTable, parseBoolean, parseNumber } from './convert.js'

/**
 * Converts a value of YAML to the kind that its setting takes, where a reader would not doubt it: text to a number, a truth
 * or a list, a number to text or a truth. What does not fit stays as it is, for `convert` to refuse.
 */
export function loosen(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'text':
      // As Python's str() of what YAML reads: a wallet whose name is `1`. Of other numbers the text is lost: 3.10, 1.0e3.
      return Number.isSafeInteger(value) ? String(value) : value
    case 'boolean':
      return typeof value === 'string' || value === 0 || value === 1 ? (parseBoolean(String(value)) ?? value) : value
    case 'number':
      // A unit is part of a text: `12s`.
      if (typeof value !== 'string' || shape.unit) return value
      return parseNumber(value.trim()) ?? value
    case 'list': {
      const items = typeof value === 'string' ? value.split(/[\s,]+/).filter(item => item !== '') : value
      return Array.isArray(items) ? items.map(item => loosen(shape.item, item)) : value
    }
    case 'dictionary':
      return mapTable(value, (_, item) => loosen(shape.value, item))
    case 'table': {
      const fields = new Map([...shape.fields].flatMap(([name, field]) => keyVariants(name).map(key => [key, field])))
      return mapTable(value, (key, item) => (fields.has(key) ? loosen(fields.get(key)!, item) : item))
    }
    case 'free':
      return value
  }
}

function mapTable(value: unknown, change: (key: string, item: unknown) => unknown): unknown {
  if (!isTable(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(key, item)]))
}
