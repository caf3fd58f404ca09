import * as z from 'zod'
import { TimeoutError, withTimeout } from '../../async/timeout.js'
import type { Miner, MinerDefinition } from '../miner.js'
import { methodsOf, optionalMethods } from '../miner-methods.js'
import { NoAnswer } from '../no-answer.js'
import { callable, shapeProblems } from './check-definition.js'
import { brokenPlugin, type PluginError, type PluginSource, thrownText } from './plugin-error.js'

/** How long a miner may take to be created and to get ready, both together. */
const MAX_MS = 30_000

/**
 * Wraps a plugin's miner so that errors which it throws outside of questions name the plugin. A `NoAnswer` passes as it
 * is: with it a miner reports on its own, above all on its configuration.
 */
export function guardMiner(definition: MinerDefinition, source: PluginSource, maxMs = MAX_MS): MinerDefinition {
  const fault = (message: string, thrown?: unknown) => brokenPlugin(source, message, thrown)
  const { name, summary, settings } = definition
  return {
    name,
    summary,
    settings,
    rules(config, section) {
      try {
        return brokenRules.parse(definition.rules?.(config, section) ?? [])
      } catch (thrown) {
        throw fault(`cannot check its settings: ${thrownText(thrown)}`, thrown)
      }
    },
    models(config) {
      try {
        return z.array(z.string()).parse(definition.models?.(config) ?? [])
      } catch (thrown) {
        throw fault(`cannot list its models: ${thrownText(thrown)}`, thrown)
      }
    },
    async create(context) {
      const startedAt = performance.now()
      const creating = (async () => definition.create(context))()
      const miner = await withTimeout(creating, maxMs).catch((thrown: unknown) => {
        if (thrown instanceof NoAnswer) throw thrown
        throw fault(`cannot be created: ${thrownText(thrown)}`, thrown)
      })
      const leftMs = maxMs - Math.round(performance.now() - startedAt)
      if (typeof miner?.prompt !== 'function') throw fault('is created without a function `prompt`')
      const [problem] = shapeProblems(optional, miner)
      if (problem !== undefined) throw fault(`is created with an invalid function: ${problem}`)
      return guarded(miner, fault, { maxMs, leftMs })
    },
  }
}

type Fault = (message: string, thrown?: unknown) => PluginError

/** How long creating the miner and getting it ready may take together, and what creating it has left of that. */
type Limits = { readonly maxMs: number; readonly leftMs: number }

/**
 * Leaves answers and hooks to their callers, which guard them, as `checkMiner` and `listModels` do. Prepares and closes the
 * miner once, although a program that embeds it may call `ready` and `close` beside its scope.
 */
function guarded(miner: Miner, fault: Fault, { maxMs, leftMs }: Limits): Miner {
  const { health, ...methods } = methodsOf(miner)
  let prepared: Promise<void> | undefined
  let closed: Promise<void> | undefined
  const prepare = async () => {
    try {
      await withTimeout(Promise.resolve(miner.ready?.()), leftMs)
    } catch (thrown) {
      if (thrown instanceof NoAnswer) throw thrown
      const why =
        thrown instanceof TimeoutError ? `took longer than ${maxMs / 1000} s, with \`create\`` : thrownText(thrown)
      throw fault(`cannot get ready: ${why}`, thrown)
    }
  }
  const close = async () => {
    try {
      await miner.close?.()
    } catch (thrown) {
      throw fault(`cannot be closed: ${thrownText(thrown)}`, thrown)
    }
  }
  return {
    ...methods,
    ...(health && {
      health() {
        try {
          return endpointHealth.parse(health())
        } catch (thrown) {
          throw fault(`cannot report on its endpoints: ${thrownText(thrown)}`, thrown)
        }
      },
    }),
    ready() {
      prepared ??= prepare().catch((error: unknown) => {
        prepared = undefined // the next call may succeed
        throw error
      })
      return prepared
    },
    capabilities() {
      try {
        return capabilities.parse(miner.capabilities?.() ?? {})
      } catch (thrown) {
        throw fault(`cannot report its capabilities: ${thrownText(thrown)}`, thrown)
      }
    },
    close() {
      closed ??= close()
      return closed
    },
  }
}

const optional = z.object(Object.fromEntries(optionalMethods.map(name => [name, callable.optional()])))

const capability = z.boolean().exactOptional()
const capabilities = z.object({
  tools: capability,
  logprobs: capability,
  responseFormat: capability,
  models: z.array(z.string()).exactOptional(),
})

/** Of a report, what is shown: endpoints, keys of each, characters of a text. */
const MAX_ENDPOINTS = 64
const MAX_KEYS = 64
const MAX_TEXT = 200

const shortText = z.string().transform(text => text.slice(0, MAX_TEXT))
const keyHealth = z.object({ restMs: z.number(), code: shortText.exactOptional() })
const endpointHealth = firstOf(
  MAX_ENDPOINTS,
  z.object({
    endpoint: shortText,
    breaker: z.enum(['closed', 'open', 'halfOpen']),
    failures: z.number(),
    restMs: z.number(),
    keys: firstOf(MAX_KEYS, keyHealth),
  }),
)

function firstOf<Item extends z.ZodType>(count: number, item: Item) {
  const first = (list: unknown) => (Array.isArray(list) ? list.slice(0, count) : list)
  return z.preprocess(first, z.array(item))
}

const brokenRules = z.array(
  z.object({
    setting: z.string(),
    at: z.array(z.union([z.string(), z.number()])).exactOptional(),
    beside: z.array(z.string()).exactOptional(),
    message: z.string(),
    hint: z.string().exactOptional(),
  }),
)
