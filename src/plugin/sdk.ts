import { type ZodObject, type ZodType, z } from 'zod'
import { conversation } from './conversation.js'
import type { DialectDefinition, Route } from './dialect.js'
import { type ExtendedSettings, extendMiner, type MinerExtension } from './extend/extend-miner.js'
import type { OpenAISettingsSchema } from './extend/openai-settings.js'
import { type WrapMinerHow, wrapMiner } from './extend/wrap-miner.js'
import { type Json, objectIn } from './json.js'
import type { Message, Miner, MinerDefinition } from './miner.js'
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
  /** loads the built-in `openai` miner, to extend it (contract 2) */
  readonly openai: () => Promise<MinerDefinition<OpenAISettingsSchema>>
  /**
   * defines a miner with the settings of another and more (contract 2); throws a TypeError for arguments of another form
   */
  readonly extendMiner: <Base extends ZodObject, More extends z.ZodRawShape = Record<never, never>>(
    base: MinerDefinition<Base>,
    extension: MinerExtension<Base, More>,
  ) => MinerDefinition<ExtendedSettings<Base, More>>
  /**
   * makes a miner that rewrites the questions or the answers of another, and does all else as the other does (contract 2);
   * throws a TypeError for arguments of another form
   */
  readonly wrapMiner: (inner: Miner, how: WrapMinerHow) => Miner
  /** pairs roles with messages, as many synapses carry them; an invalid conversation is refused with 400 */
  readonly conversation: (roles: readonly string[], messages: readonly string[]) => Message[]
  /** parses the JSON object in a model's text, and repairs the usual mistakes; returns null for a text without one */
  readonly objectIn: (text: string) => Promise<{ readonly [key: string]: Json } | null>
  /** zod 4 */
  readonly z: typeof z
  /** the error that a miner or a dialect throws instead of an answer */
  readonly NoAnswer: typeof NoAnswer
}

/**
 * Makes what a scope passes to all of its plugins, frozen so that no plugin can change it for the others.
 *
 * @param openai loads the built-in `openai` miner
 */
export function sdkWith(openai: Sdk['openai']): Sdk {
  return Object.freeze({
    defineMiner,
    defineDialect,
    defineRoute,
    openai,
    extendMiner,
    wrapMiner,
    conversation,
    objectIn,
    z,
    NoAnswer,
  })
}

/** The default export of a miner's module. */
export type MinerPlugin = (sdk: Sdk) => MinerDefinition | Promise<MinerDefinition>
/** The default export of a dialect's module. */
export type DialectPlugin = (sdk: Sdk) => DialectDefinition
