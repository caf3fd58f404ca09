import { type ZodObject, type ZodType, z } from 'zod'
import { conversation } from './conversation.js'
import type { DialectDefinition, Route } from './dialect.js'
import type { MinerDefinition } from './miner.js'
import { NoAnswer } from './no-answer.js'
import { objectIn } from './object-in.js'

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

/** What a plugin is handed, so that it imports types only and shares the host's zod and error class. */
export const sdk = { defineMiner, defineDialect, defineRoute, conversation, objectIn, z, NoAnswer } as const
export type Sdk = typeof sdk

export type MinerPlugin = (sdk: Sdk) => MinerDefinition
export type DialectPlugin = (sdk: Sdk) => DialectDefinition
