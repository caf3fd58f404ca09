import { z } from 'zod'
import type { Section } from '#dist/config/schema/section.js'

/** Sections that have every kind of setting there is; not the program's own. */
export const top = {
  name: '',
  title: 'miner',
  of: 'host',
  settings: z.object({
    use: z.string().default('openai').describe('who answers'),
    netuid: z.int().min(0).max(65_535).default(1).describe('the subnet'),
  }),
} satisfies Section

const openaiSettings = z.object({
  model: z.string().min(1).default('gpt-3.5-turbo').describe('the model'),
  maxTokens: z.int().positive().nullable().default(100).describe('longest answer'),
  temperature: z.number().min(0).max(2).default(0.4).describe('how freely it speaks'),
  api: z.enum(['chat', 'completions']).default('chat').describe('which API'),
  suffix: z.string().optional().describe('text after the completion'),
  baseUrl: z
    .url()
    .optional()
    .meta({ env: ['OPENAI_BASE_URL'] })
    .describe('the endpoint'),
  apiKey: z
    .string()
    .optional()
    .meta({ secret: true, env: ['OPENAI_API_KEY'] })
    .describe('the key'),
  endpoints: z
    .array(
      z.object({
        url: z.url(),
        apiKey: z.string().optional().meta({ secret: true }),
        weight: z.int().min(1).default(1),
        patience: z.number().min(0).nullable().default(null).meta({ unit: 'duration' }),
      }),
    )
    .default([])
    .describe('more endpoints'),
  headers: z
    .record(z.string(), z.string().meta({ secret: true }))
    .default({})
    .describe('more headers'),
  extra: z.record(z.string(), z.unknown()).optional().describe('more fields'),
})

export const openai: Section<typeof openaiSettings> = {
  name: 'openai',
  title: 'openai miner',
  of: 'miner',
  settings: openaiSettings,
  rules: ({ api, suffix }) =>
    suffix !== undefined && api === 'chat'
      ? [{ setting: 'suffix', message: 'needs --api completions', hint: 'use --api completions' }]
      : [],
}

export const axon = {
  name: 'axon',
  title: 'axon',
  of: 'host',
  settings: z.object({
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(8091)
      .meta({ flag: 'axon-port', env: ['BT_AXON_PORT'] }),
    maxTimeout: z.number().min(1_000).max(3_600_000).default(60_000).meta({ flag: 'max-timeout', unit: 'duration' }),
    maxBody: z.number().min(1).default(1_048_576).meta({ flag: 'max-body', unit: 'size' }),
    legacyNonces: z.boolean().default(false).meta({ flag: 'legacy-nonces' }),
  }),
} satisfies Section

export const policy = {
  name: 'policy',
  title: 'who may ask',
  of: 'host',
  settings: z.object({
    allow: z
      .array(z.string().regex(/^5/, { error: 'must be a hotkey' }))
      .default([])
      .meta({ flag: 'allow', spellings: [{ key: 'old.group.whitelist' }] }),
    minStake: z
      .number()
      .min(0)
      .default(0)
      .meta({ flag: 'min-stake', spellings: [{ flag: 'old.stake', env: 'BT_STAKE', key: 'old.group.stake' }] }),
  }),
} satisfies Section

export const chain = {
  name: 'chain',
  title: 'chain',
  of: 'host',
  settings: z.object({
    network: z
      .union([z.enum(['finney', 'test', 'none']), z.url()])
      .default('finney')
      .meta({ flag: 'network' }),
    tag: z.union([z.enum(['new', 'old']), z.literal('none')]).optional(),
    retry: z
      .object({ times: z.int().max(9).default(3), pauseTime: z.number().default(500).meta({ unit: 'duration' }) })
      .prefault({}),
  }),
} satisfies Section

export const log = {
  name: 'log',
  title: 'log',
  of: 'host',
  settings: z.object({
    level: z
      .enum(['debug', 'info', 'warn'])
      .default('info')
      .meta({
        flag: 'log-level',
        spellings: [
          { flag: 'logging.debug', env: 'BT_LOGGING_DEBUG', key: 'logging.debug', value: 'debug' },
          { flag: 'verbosity', env: 'BT_VERBOSITY', key: 'logging.verbosity', value: { high: 'debug', low: 'warn' } },
        ],
      }),
  }),
} satisfies Section

export const everySection: readonly Section[] = [top, openai, axon, policy, chain, log]
