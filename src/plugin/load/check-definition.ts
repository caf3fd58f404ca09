import { z } from 'zod'

/** What is wrong with what a plugin gives as the definition of a dialect; empty when it is one. */
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

/** What is wrong with what a plugin gives as the definition of a miner; empty when it is one. */
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

// Another copy of zod is as good: `instanceof` asks for its traits.
function isZodObject(value: unknown): boolean {
  return value instanceof z.ZodObject
}

/** What does not fit, each as `path: words`. A getter that throws does not fit either. */
export function shapeProblems(shape: z.ZodType, value: unknown): readonly string[] {
  try {
    const { error } = shape.safeParse(value)
    return (error?.issues ?? []).map(issue => [...issue.path.map(String), words(issue)].join(': '))
  } catch {
    return ['it cannot be looked at']
  }
}

/** Of a key that does not fit zod says only that it does not, and of one that is not known nothing of those that are. */
function words(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `${issue.keys.join(', ')}: there is no such field, see docs/plugin-reference.md`
  return (issue.code === 'invalid_key' && issue.issues[0]?.message) || issue.message
}

/** A text that fills one line of a table. */
export const line = z
  .string({ error: 'must be a text' })
  .regex(/^[^\p{Cc}\u2028\u2029]{1,500}$/u, { error: 'must be one line of at most 500 characters' })

export const callable = z.custom(value => typeof value === 'function', { error: 'must be a function' })

/** The last part of a URL's path; the ping is the host's. */
const synapseName = z.string().regex(/^(?!Synapse$)[A-Za-z_][A-Za-z0-9_]{0,99}$/, {
  error: 'must be the name of a Python class, and not Synapse, which is the ping',
})

const plainName = z.string().regex(/^(GET|POST) \/(?!healthz$)[\w\-./~]*$/, {
  error: 'must be GET or POST and a path, and not /healthz, which is the host’s',
})

const rate = z.strictObject({ limit: z.number().positive(), windowMs: z.number().positive() })
const hashField = z.union([
  z.string(),
  z.strictObject({
    name: z.string(),
    as: z.literal('float').optional(),
    absent: z.string().optional(),
    keys: z.array(z.string()).optional(),
  }),
])

const refusal = z.strictObject({ status: z.int().min(400).max(599), text: z.string() })

const route = z
  .strictObject({
    body: z.custom<z.ZodType>(value => value instanceof z.ZodType, { error: 'must be a schema of zod 4' }),
    hashed: z.union([z.array(hashField), z.array(z.array(hashField)).min(1)], {
      error: 'must be the names of fields, or several lists of them',
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
    error: 'is for whole answers, not for those in frames',
    path: ['notBefore'],
  })

/** To Python, too. */
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
