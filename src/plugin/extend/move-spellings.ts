import { core, type GlobalMeta, type ZodRawShape, ZodType } from 'zod'

/**
 * Returns settings of one miner as those of another: where `spellings` of their `.meta()` begin with the name of the one
 * (`shout.loud`, `--shout-loud`, `MINER_SHOUT_LOUD`), they begin with that of the other. All else is unchanged.
 */
export function moveSpellings<Shape extends ZodRawShape>(shape: Shape, from: string, to: string): Shape {
  const moved = Object.entries(shape).map(([key, schema]) => [key, moveIn(schema, from, to)])
  return Object.fromEntries(moved)
}

/** The spellings may be those of a schema in a default or an optional, and `removeDefault()` returns that one. */
function moveIn<Schema>(schema: Schema, from: string, to: string): Schema {
  if (!(schema instanceof ZodType)) return schema
  const { id: _id, spellings, ...meta } = schema.meta() ?? {}
  if (spellings) return schema.meta({ ...meta, spellings: spellings.map(one => move(one, from, to)) })
  const { innerType } = schema.def as { readonly innerType?: unknown }
  const moved = moveIn(innerType, from, to)
  if (moved === innerType) return schema
  return schema.clone(core.util.mergeDefs(schema.def, { innerType: moved }), { parent: true })
}

type Spelling = NonNullable<GlobalMeta['spellings']>[number]

function move(spelling: Spelling, from: string, to: string): Spelling {
  const { flag, env, key } = spelling
  const variable = (name: string) => `MINER_${name.replaceAll('-', '_').toUpperCase()}_`
  return {
    ...spelling,
    ...(flag !== undefined && { flag: withPrefix(flag, `${from}-`, `${to}-`) }),
    ...(env !== undefined && { env: withPrefix(env, variable(from), variable(to)) }),
    ...(key !== undefined && { key: withPrefix(key, `${from}.`, `${to}.`) }),
  }
}

function withPrefix(name: string, from: string, to: string): string {
  return name.startsWith(from) ? to + name.slice(from.length) : name
}
