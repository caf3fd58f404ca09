import { z } from 'zod'

/**
 * What a file says of one synapse; docs/dialect-file.md has each with its meaning. The description shows how it is
 * written, to who wrote it otherwise.
 */
export const synapseKeys = z.object({
  fields: z.record(z.string(), z.unknown()).describe('a line for each: topic = "str", haiku = "str = None"'),
  hashed: z
    .array(z.unknown())
    .default([])
    .describe('hashed = ["topic"], as required_hash_fields of the class; [] for none'),
  prompt: z.string().min(1).describe('prompt = "Write a haiku about {topic}."').optional(),
  system: z.string().min(1).describe('system = "You are a poet."').optional(),
  roles: z.string().describe('roles = "roles", the field that holds them').optional(),
  messages: z.string().describe('messages = "messages", the field that holds them').optional(),
  answer: z.string().describe('answer = "haiku", the field that takes the answer').optional(),
  answers: z
    .array(z.string())
    .min(1)
    .describe('answers = ["title", "haiku"], the fields that the model gives as one JSON object')
    .optional(),
  frames: z
    .enum(['text', 'sse', 'jsonl', 'json'])
    .describe('frames = "text", or leave it out for one whole reply')
    .optional(),
  piece: z.unknown().describe('piece = { type = "text", text = "{text}" }'),
  end: z.unknown().describe('end = "[DONE]"'),
  timeout: z.int().min(1).max(3_600_000).describe('timeout = "12s"').meta({ unit: 'duration' }).optional(),
  maxBody: z.int().min(1024).max(1_073_741_824).describe('maxBody = "1MiB"').meta({ unit: 'size' }).optional(),
  example: z.record(z.string(), z.unknown()).default({}).describe('example = { topic = "autumn" }'),
})
export type SynapseKeys = z.output<typeof synapseKeys>
