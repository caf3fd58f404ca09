import { type GlobalMeta, type ZodRawShape, ZodType } from 'zod'

/**
 * Returns settings of one miner as those of another: where `spellings` of their `.meta()` begin with the name of the one
 * (`shout.loud`, `--shout-loud`, `MINER_SHOUT_LOUD`), they begin with that of the other. All else is unchanged.
 */
export function moveSpellings<Shape extends ZodRawShape>(shape: Shape, from: string, to: string): Shape {
  const moved = Object.entries(shape).map(([key, schema]) => {
    const spellings = schema instanceof ZodType ? spellingsOf(schema) : undefined
    if (!spellings) return [key, schema]
    const { id: _id, ...meta } = (schema as ZodType).meta() ?? {}
    return [key, (schema as ZodType).meta({ ...meta, spellings: spellings.map(one => move(one, from, to)) })]
  })
  return Object.fromEntries(moved)
}

type Spellings = NonNullable<GlobalMeta['spellings']>

/** Finds the spellings of a schema, which a default or an optional around it inherits. */
function spellingsOf(schema: ZodType): Spellings | undefined {
  const own = schema.meta()?.spellings
  const { innerType } = schema.def as { readonly innerType?: unknown }
  return own ?? (innerType instanceof ZodType ? spellingsOf(innerType) : undefined)
}

function move(spelling: Spellings[number], from: string, to: string): Spellings[number] {
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
