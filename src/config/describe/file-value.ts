import { mapLeaves } from '../schema/map-leaves.js'
import type { Setting } from '../schema/setting.js'
import { printUnit } from '../schema/unit.js'

/**
 * Returns a setting's value as a file holds it: durations and sizes with their unit, `none` for a number without a value.
 * Secrets stay as they are; {@link redact} hides them.
 */
export function fileValue({ shape, path }: Pick<Setting, 'shape' | 'path'>, value: unknown): unknown {
  return mapLeaves(shape, value, path, ({ kind, ...scalar }, leaf) => {
    if (leaf === null) return kind === 'number' ? 'none' : undefined
    const unit = 'unit' in scalar ? scalar.unit : undefined
    return unit && typeof leaf === 'number' ? printUnit(unit, leaf) : leaf
  })
}
