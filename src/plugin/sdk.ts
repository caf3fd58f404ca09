import { type ZodObject, type ZodType, z } from 'zod'
import { conversation } from './conversation.js'
import type { DialectDefinition, Route } from './dialect.js'
import { type Json, objectIn } from './json.js'
import type { Message, MinerDefinition } from './miner.js'
import { NoAnswer } from './no-answer.js'

/** Types a miner: `settings` types the `config` of `create`. */
export function defineMiner<Settings extends ZodObject>(definition: MinerDefinition<Settings>): MinerDefinition {
  return definition as unknown as MinerDefinition
}

/** Types a synapse: its `body` types the `body` of `answer`'s call. */
export function defineRoute<Body extends ZodType>(route: Route<Body>): Route {
  return route as unknown as Route
}

/** Types a dialect. */
export function defineDialect(definition: DialectDefinition): DialectDefinition {
  return definition
}

/** The two kinds of plugin. */
export type PluginKind = 'miner' | 'dialect'

/** What the host passes to a plugin, so that the plugin imports types only and shares the host's zod and error class. */
export type Sdk = {
  /** types a miner: `settings` types the `config` of `create` */
  readonly defineMiner: <Settings extends ZodObject>(definition: MinerDefinition<Settings>) => MinerDefinition
  /** types a dialect */
  readonly defineDialect: (definition: DialectDefinition) => DialectDefinition
  /** types a synapse: its `body` types the `body` of `answer`'s call */
  readonly defineRoute: <Body extends ZodType>(route: Route<Body>) => Route
  /** pairs roles with messages, as many synapses carry them; an invalid conversation is refused with 400 */
  readonly conversation: (roles: readonly string[], messages: readonly string[]) => Message[]
  /** parses the JSON object in a model's text, and repairs the usual mistakes; returns null for a text without one */
  readonly objectIn: (text: string) => Promise<{ readonly [key: string]: Json } | null>
  /** zod 4 */
  readonly z: typeof z
  /** the error that a miner or a dialect throws instead of an answer */
  readonly NoAnswer: typeof NoAnswer
}

/** Shared by all plugins, and frozen so that no plugin can change it for the others. */
export const sdk: Sdk = Object.freeze({ defineMiner, defineDialect, defineRoute, conversation, objectIn, z, NoAnswer })

/** The default export of a miner's module. */
export type MinerPlugin = (sdk: Sdk) => MinerDefinition
/** The default export of a dialect's module. */
export type DialectPlugin = (sdk: Sdk) => DialectDefinition
