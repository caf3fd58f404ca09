import type * as z from 'zod'
import { ConfigError } from '../config-error.js'
import type { SettingMeta } from './setting-meta.js'
import type { Bound, NumberShape, Shape, TextShape } from './shape.js'

/**
 * JSON Schema with the fields of `.meta()`. `unsupported` names a zod type that JSON Schema does not show; `free` marks
 * `z.unknown()`.
 */
export type Described = z.core.JSONSchema.BaseSchema & SettingMeta & { unsupported?: string; free?: boolean }

/**
 * Derives the shape of a setting from its JSON Schema (`io: 'input'`).
 *
 * @throws {ConfigError} CONFIG_SCHEMA for a schema whose values cannot be written in a file and printed again
 */
export function deriveShape(schema: Described, path: string): Shape {
  const union = branchesOf(schema)
  if (union) return shapeOfUnion(union, schema, path)
  if (schema.free) return { kind: 'free', nullable: false }
  if (schema.unsupported) throw notASetting(path, `a ${schema.unsupported}`)
  const shape = shapeOfOne(schema, path)
  if (schema.secret && shape.kind !== 'text')
    throw notASetting(path, 'a secret that is not text', 'mark the text in it')
  if (schema.unit && shape.kind !== 'number') throw notASetting(path, 'a unit on a value that is not a number')
  return shape
}

function shapeOfOne(schema: Described, path: string): Shape {
  const nullable = false
  const { items, properties, additionalProperties } = schema
  switch (schema.type) {
    case 'string':
      return text({ schema, choices: choicesOf(schema).map(String) })
    case 'number':
    case 'integer':
      return number(schema)
    case 'boolean':
      return { kind: 'boolean', nullable }
    case 'array':
      if (!isSchema(items) || schema.prefixItems) break
      return { kind: 'list', nullable, item: deriveShape(items, `${path}[]`) }
    case 'object':
      if (properties) {
        const fields = Object.entries(properties).filter((field): field is [string, Described] => isSchema(field[1]))
        return { kind: 'table', nullable, fields: new Map(fields.map(([k, v]) => [k, deriveShape(v, `${path}.${k}`)])) }
      }
      if (!isSchema(additionalProperties)) break
      return { kind: 'dictionary', nullable, value: deriveShape(additionalProperties, `${path}.*`) }
  }
  throw notASetting(path, 'a value of this kind')
}

// zod writes a union as `anyOf`, or as a list of types when its branches have a type only.
function branchesOf({ anyOf, type }: Described): readonly Described[] | undefined {
  if (anyOf) return anyOf.filter(isSchema)
  return Array.isArray(type) ? type.map(one => ({ type: one })) : undefined
}

// `.nullable()` is a union with null; the fields around a union apply to each of its branches.
function shapeOfUnion(union: readonly Described[], described: Described, path: string): Shape {
  const { anyOf: _anyOf, type: _type, ...around } = described
  const branches = union.filter(branch => branch.type !== 'null')
  const nullable = branches.length < union.length
  const [only] = branches
  if (only && branches.length === 1) return { ...deriveShape({ ...only, ...around }, path), nullable }
  const shapes = branches.map(branch => deriveShape(branch, path))
  const texts = shapes.filter(shape => shape.kind === 'text')
  if (around.unit || texts.length < shapes.length)
    throw notASetting(path, 'a choice between kinds', 'make all of them text')
  const secret = around.secret || texts.some(shape => shape.secret)
  return {
    kind: 'text',
    nullable,
    secret,
    choices: texts.flatMap(shape => shape.choices),
    url: texts.some(shape => shape.url),
  }
}

function text({ schema, choices }: { schema: Described; choices: readonly string[] }): TextShape {
  return {
    kind: 'text',
    nullable: false,
    choices,
    url: schema.format === 'uri',
    secret: schema.secret ?? false,
  }
}

function number(schema: Described): NumberShape {
  return {
    kind: 'number',
    nullable: false,
    whole: schema.type === 'integer',
    choices: choicesOf(schema).map(Number),
    min: bound(schema.minimum, schema.exclusiveMinimum),
    max: bound(schema.maximum, schema.exclusiveMaximum),
    unit: schema.unit,
  }
}

// zod gives every integer the bounds of safe integers, which count as no bounds.
function bound(closed: number | undefined, open: number | boolean | undefined): Bound | undefined {
  if (typeof open === 'number') return { at: open, open: true }
  if (closed === undefined || Math.abs(closed) === Number.MAX_SAFE_INTEGER) return undefined
  return { at: closed, open: false }
}

function choicesOf(schema: Described): readonly unknown[] {
  return schema.enum ?? (schema.const === undefined ? [] : [schema.const])
}

function isSchema(value: unknown): value is Described {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function notASetting(path: string, what: string, hint = 'see "Settings" in docs/plugins.md for what can'): ConfigError {
  return new ConfigError('CONFIG_SCHEMA', `${path}: ${what} cannot be a setting; ${hint}`)
}
