import { type ZodObject, type ZodType, z } from 'zod'
import { conversation } from './conversation.js'
import type { DialectDefinition, Route } from './dialect.js'
import { type Json, objectIn } from './json.js'
import type { Message, MinerDefinition } from './miner.js'
import { NoAnswer } from './no-answer.js'

/** Types a miner: `config` in `create` is what `settings` says. */
export function defineMiner<Settings extends ZodObject>(definition: MinerDefinition<Settings>): MinerDefinition {
  return definition as unknown as MinerDefinition
}

/** Types a synapse: `body` in `answer` is what `body` says. */
export function defineRoute<Body extends ZodType>(route: Route<Body>): Route {
  return route as unknown as Route
}

export function defineDialect(definition: DialectDefinition): DialectDefinition {
  return definition
}

/** What a plugin brings. */
export type PluginKind = 'miner' | 'dialect'

/** What a plugin is handed, so that it imports types only and shares the host's zod and error class. */
export type Sdk = {
  /** types a miner: `config` in `create` is what `settings` says */
  readonly defineMiner: <Settings extends ZodObject>(definition: MinerDefinition<Settings>) => MinerDefinition
  /** types a dialect */
  readonly defineDialect: (definition: DialectDefinition) => DialectDefinition
  /** types a synapse: `body` in `answer` is what `body` says */
  readonly defineRoute: <Body extends ZodType>(route: Route<Body>) => Route
  /**
   * Pairs roles with messages, as many synapses carry them. What is no conversation is 400 for the caller.
   */
  readonly conversation: (roles: readonly string[], messages: readonly string[]) => Message[]
  /** the JSON object in what a model wrote, slips repaired; null when there is none */
  readonly objectIn: (text: string) => Promise<{ readonly [key: string]: Json } | null>
  /** zod 4 */
  readonly z: typeof z
  /** to be thrown where there is no answer */
  readonly NoAnswer: typeof NoAnswer
}

/** One for all plugins, so that none can change it for the others. */
export const sdk: Sdk = Object.freeze({ defineMiner, defineDialect, defineRoute, conversation, objectIn, z, NoAnswer })

export type MinerPlugin = (sdk: Sdk) => MinerDefinition
export type DialectPlugin = (sdk: Sdk) => DialectDefinition
