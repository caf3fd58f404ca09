import { z } from 'zod'
import type { Declared } from './discover.js'
import type { MinerDefinition } from './miner.js'
import { NoAnswer } from './no-answer.js'
import { brokenPlugin, thrownText } from './plugin-error.js'

/**
 * A plugin's miner whose faults before the first question bear its name. What it says itself with a `NoAnswer`, of its
 * configuration above all, stays as it is.
 */
export function guardMiner(definition: MinerDefinition, declared: Declared): MinerDefinition {
  const fault = (words: string, thrown?: unknown) => brokenPlugin(declared, words, thrown)
  const { name, summary, settings } = definition
  return {
    name,
    summary,
    settings,
    rules(config) {
      try {
        return brokenRules.parse(definition.rules?.(config) ?? [])
      } catch (thrown) {
        throw fault(`cannot check its settings: ${thrownText(thrown)}`, thrown)
      }
    },
    models(config) {
      try {
        return z.array(z.string()).parse(definition.models?.(config) ?? [])
      } catch (thrown) {
        throw fault(`cannot tell its models: ${thrownText(thrown)}`, thrown)
      }
    },
    async create(context) {
      const miner = await (async () => definition.create(context))().catch((thrown: unknown) => {
        if (thrown instanceof NoAnswer) throw thrown
        throw fault(`cannot be created: ${thrownText(thrown)}`, thrown)
      })
      if (typeof miner?.prompt === 'function') return miner
      throw fault('is created without a function `prompt`')
    },
  }
}

const brokenRules = z.array(
  z.object({
    setting: z.string(),
    at: z.array(z.union([z.string(), z.number()])).exactOptional(),
    message: z.string(),
    hint: z.string().exactOptional(),
  }),
)
