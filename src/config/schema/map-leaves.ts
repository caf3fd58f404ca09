import { itemPath } from './names.js'
import type { Scalar, Shape } from './shape.js'

/**
 * Copies a value with each scalar in it replaced by the result of `visit`; null is a scalar too.
 * Parts that do not fit the shape stay as they are.
 *
 * @param path the value's path; `visit` gets each scalar's, such as `shout.endpoints[1].apiKey`
 */
export function mapLeaves(
  shape: Shape,
  value: unknown,
  path: string,
  visit: (shape: Scalar, value: unknown, path: string) => unknown,
): unknown {
  if (value === undefined) return undefined
  switch (shape.kind) {
    case 'list':
      if (!Array.isArray(value)) return value
      return value.map((item, index) => mapLeaves(shape.item, item, itemPath(path, index), visit))
    case 'table':
    case 'dictionary':
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => {
          const field = shape.kind === 'table' ? shape.fields.get(key) : shape.value
          return [key, field ? mapLeaves(field, item, itemPath(path, key), visit) : item]
        }),
      )
    case 'free':
      return value
    default:
      return visit(shape, value, path)
  }
}
