import * as z from 'zod'

/**
 * The keys of one synapse in a dialect file; docs/dialect-file.md explains each. A key's description shows how to write
 * it, as the hint of an error.
 */
export const synapseKeys = z.object({
  fields: z.record(z.string(), z.unknown()).describe('one line per field: topic = "str", haiku = "str = None"'),
  hashed: z
    .array(z.unknown())
    .default([])
    .describe('hashed = ["topic"], the required_hash_fields of the class; [] without them'),
  prompt: z.string().min(1).describe('prompt = "Write a haiku about {topic}."').optional(),
  system: z.string().min(1).describe('system = "You are a poet."').optional(),
  roles: z.string().describe('roles = "roles", the field that holds the roles').optional(),
  messages: z.string().describe('messages = "messages", the field that holds the messages').optional(),
  answer: z.string().describe('answer = "haiku", the field for the answer').optional(),
  answers: z
    .array(z.string())
    .min(1)
    .describe('answers = ["title", "haiku"], the fields that the model returns as one JSON object')
    .optional(),
  frames: z.enum(['text', 'sse', 'jsonl', 'json']).describe('frames = "text", or omit it for a whole reply').optional(),
  piece: z.unknown().describe('piece = { type = "text", text = "{text}" }'),
  end: z.unknown().describe('end = "[DONE]"'),
  timeout: z.int().min(1).max(3_600_000).describe('timeout = "12s"').meta({ unit: 'duration' }).optional(),
  maxBody: z.int().min(1024).max(1_073_741_824).describe('maxBody = "1MiB"').meta({ unit: 'size' }).optional(),
  example: z.record(z.string(), z.unknown()).default({}).describe('example = { topic = "autumn" }'),
})
/** The parsed keys of one synapse. */
export type SynapseKeys = z.output<typeof synapseKeys>
