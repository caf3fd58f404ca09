import * as z from 'zod'

/** Returns what is wrong with a plugin's definition of a dialect; empty when it is valid. */
export function checkDialectDefinition(definition: unknown, name: string): readonly string[] {
  return shapeProblems(
    z.strictObject({
      name: z.literal(name, { error: `must be ${name}, as its package.json says` }),
      summary: line,
      follows: line,
      needs: z.array(z.enum(['tools', 'logprobs', 'responseFormat', 'relay', 'embed'])).optional(),
      caveat: line.optional(),
      nonces: z.enum(['once', 'rising']).optional(),
      synapses: z.record(synapseName, route).refine(synapses => Object.keys(synapses).length > 0, {
        error: 'must have at least one',
      }),
      routes: z.record(plainName, plainRoute).optional(),
    }),
    definition,
  )
}

/** Returns what is wrong with a plugin's definition of a miner; empty when it is valid. */
export function checkMinerDefinition(definition: unknown, name: string): readonly string[] {
  return shapeProblems(
    z.strictObject({
      name: z.literal(name, { error: `must be ${name}, as its package.json says` }),
      summary: line,
      settings: z.custom(isZodObject, { error: 'must be an object of zod 4: z.object({ … })' }),
      rules: callable.optional(),
      models: callable.optional(),
      create: callable,
    }),
    definition,
  )
}

// Accepts another copy of zod 4, too: its `instanceof` compares traits.
function isZodObject(value: unknown): boolean {
  return value instanceof z.ZodObject
}

/** Returns what does not fit the shape, each as `path: message`. A getter that throws does not fit either. */
export function shapeProblems(shape: z.ZodType, value: unknown): readonly string[] {
  try {
    const { error } = shape.safeParse(value, { error: typeMessage })
    return (error?.issues ?? []).map(issue => [...issue.path.map(String), messageOf(issue)].join(': '))
  } catch {
    return ['it cannot be read']
  }
}

/** Replaces zod's message on a wrong type. A field's own message takes precedence. */
function typeMessage({
  code,
  expected,
  input,
}: z.core.$ZodRawIssue & { readonly expected?: unknown }): string | undefined {
  if (code !== 'invalid_type') return undefined
  const found = input === null ? 'null' : Array.isArray(input) ? 'array' : typeof input
  return `must be of type ${expected}, not ${found}`
}

/** Replaces zod's messages on keys: they give no reason for an invalid key, and no known keys for an unknown one. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: unknown field, see docs/plugin-reference.md`
  return (issue.code === 'invalid_key' && issue.issues[0]?.message) || issue.message
}

/** Text that fills one line of a table. */
export const line = z
  .string({ error: 'must be text' })
  .regex(/^[^\p{Cc}\u2028\u2029]{1,500}$/u, { error: 'must be one line of at most 500 characters' })

export const callable = z.custom(value => typeof value === 'function', { error: 'must be a function' })

/** The last part of a URL's path. The host answers the ping itself. */
const synapseName = z.string().regex(/^(?!Synapse$)[A-Za-z_][A-Za-z0-9_]{0,99}$/, {
  error: 'must be the name of a Python class other than Synapse, which is the ping',
})

const plainName = z.string().regex(/^(GET|POST) \/(?!healthz$)[\w\-./~]*$/, {
  error: 'must be GET or POST and a path other than /healthz, which the host answers',
})

const rate = z.strictObject({ limit: z.number().positive(), windowMs: z.number().positive() })
const pythonEnum = z.strictObject({
  name: z.string(),
  members: z.record(z.string(), z.union([z.string(), z.number()])),
  str: z.literal('value').optional(),
})
const hashField = z.union([
  z.string(),
  z.strictObject({
    name: z.string(),
    as: z.literal('float').optional(),
    absent: z.string().optional(),
    keys: z.array(z.string()).optional(),
    enum: pythonEnum.optional(),
    enums: z.record(z.string(), pythonEnum).optional(),
  }),
])

const refusal = z.strictObject({ status: z.int().min(400).max(599), text: z.string() })

const route = z
  .strictObject({
    body: z.custom<z.ZodType>(value => value instanceof z.ZodType, { error: 'must be a schema of zod 4' }),
    hashed: z.union([z.array(hashField), z.array(z.array(hashField)).min(1)], {
      error: 'must be a list of field names, or a list of such lists',
    }),
    frames: z.enum(['text', 'sse', 'jsonl', 'json', 'bytes']).optional(),
    auth: z.enum(['signed', 'none']).optional(),
    rules: z.literal(false).optional(),
    rate: rate.optional(),
    cost: callable.optional(),
    queue: z.union([z.int().min(0), z.literal(false)]).optional(),
    maxBody: z.int().positive().optional(),
    timeout: z.number().positive().optional(),
    notBefore: z.number().min(0).optional(),
    refusals: z.record(z.string(), refusal).optional(),
    example: z.record(z.string(), z.json(), { error: 'must be the fields of a request, as JSON' }),
    answer: callable,
  })
  .refine(({ body, example }) => body.safeParse(example).success, {
    error: 'must fit the body',
    path: ['example'],
  })
  .refine(({ hashed }) => hashed.flat().every(field => typeof field === 'string' || isJson(field.absent ?? 'null')), {
    error: `absent must be JSON text: '64', '"auto"', 'null'`,
    path: ['hashed'],
  })
  .refine(({ frames, notBefore }) => frames === undefined || notBefore === undefined, {
    error: 'is for answers without frames only',
    path: ['notBefore'],
  })

/** Accepts NaN and Infinity, which Python reads, too. */
function isJson(text: string): boolean {
  if (/^(NaN|-?Infinity)$/.test(text)) return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const plainRoute = z.strictObject({ rate: rate.optional(), answer: callable })
