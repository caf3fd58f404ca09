import { redact } from '../redact.js'
import { keyVariants } from '../schema/names.js'
import type { KnownSection, Section } from '../schema/section.js'
import { settingsOf } from '../schema/setting.js'
import type { NumberShape, Shape, TextShape } from '../schema/shape.js'

type JsonSchema = Readonly<Record<string, unknown>>

/**
 * Returns the JSON Schema (2020-12) of the configuration file, for editors: both spellings of each key, units, `none`, and
 * references to secrets. It lacks the checks that authors write in code.
 *
 * @param known tables that the file may have but that are not described
 */
export function configurationSchema(sections: readonly Section[], known: readonly KnownSection[]): JsonSchema {
  const properties: Record<string, unknown> = {}
  for (const { name } of known) if (name !== '') properties[name] = { type: 'object' }
  for (const section of sections) {
    const keys = keysOf(section)
    Object.assign(properties, section.name === '' ? keys : { [section.name]: { title: section.title, ...table(keys) } })
  }
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...table(properties) }
}

function keysOf(section: Section): JsonSchema {
  const pairs = settingsOf(section).flatMap(setting => {
    const { key, shape, help } = setting
    const value = redact(setting, setting.default) ?? undefined
    const schema = {
      ...schemaOf(shape),
      ...(help && { description: help }),
      ...(value !== undefined && { default: value }),
    }
    return keyVariants(key).map(spelling => [spelling, schema] as const)
  })
  return Object.fromEntries(pairs)
}

function schemaOf(shape: Shape): JsonSchema {
  switch (shape.kind) {
    case 'text':
      return text(shape)
    case 'number':
      return number(shape)
    case 'boolean':
      return { type: 'boolean' }
    case 'list':
      return { type: 'array', items: schemaOf(shape.item) }
    case 'dictionary':
      return { type: 'object', additionalProperties: schemaOf(shape.value) }
    case 'free':
      return {}
    case 'table': {
      const fields = [...shape.fields].flatMap(([key, field]) =>
        keyVariants(key).map(one => [one, schemaOf(field)] as const),
      )
      return table(Object.fromEntries(fields))
    }
  }
}

function text({ choices, url }: TextShape): JsonSchema {
  const type = 'string'
  if (url) return choices.length > 0 ? { type, examples: choices } : { type, format: 'uri' }
  return choices.length > 0 ? { type, enum: choices } : { type }
}

function number({ whole, min, max, unit, nullable, choices }: NumberShape): JsonSchema {
  const bounds = {
    ...(min && { [min.open ? 'exclusiveMinimum' : 'minimum']: min.at }),
    ...(max && { [max.open ? 'exclusiveMaximum' : 'maximum']: max.at }),
    ...(choices.length > 0 && { enum: choices }),
  }
  // Bounds are in milliseconds or bytes; the number in the file may be in another unit.
  const written = unit ? { type: ['number', 'string'], minimum: 0 } : { type: whole ? 'integer' : 'number', ...bounds }
  return nullable && !unit ? { anyOf: [written, { const: 'none' }] } : written
}

function table(properties: JsonSchema): JsonSchema {
  return { type: 'object', properties, additionalProperties: false }
}
