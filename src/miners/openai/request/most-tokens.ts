import type { Question } from '../../../plugin/miner.js'
import type { ModelSource, MostUsage } from '../../../plugin/money/spending.js'
import { endpointFor, type ModelEndpoint } from '../settings/endpoints.js'
import { modelRequest } from './model-request.js'

/** The most tokens that one call may use. */
export type MostTokens = Pick<MostUsage, 'promptTokens' | 'completionTokens' | 'answers'>

/**
 * Returns the most tokens that an answer to a question may use. A token stands for a byte at least, so the bytes of the request
 * bound the prompt; its JSON covers what a chat template puts around each message.
 *
 * @param refused the API's names of the parameters that are left out
 */
export function mostOfQuestion(
  endpoint: ModelEndpoint,
  question: Question,
  { refused, isRelay }: { readonly refused: ReadonlySet<string>; readonly isRelay: boolean },
): MostTokens {
  const { config, at } = endpointFor(endpoint, question)
  const { body } = modelRequest(config, question, { isOpenAI: at.isOpenAI, refused, isRelay })
  return {
    promptTokens: Buffer.byteLength(JSON.stringify(body)) + TEMPLATE_TOKENS,
    ...generatedBy(body),
  }
}

/** Returns the most tokens that the vectors of these texts may use: embeddings generate none. */
export function mostOfTexts(texts: readonly string[]): MostTokens {
  return { promptTokens: Buffer.byteLength(JSON.stringify(texts)) + TEMPLATE_TOKENS, completionTokens: 0 }
}

/** Describes the model of an endpoint, see `Miner.sources`. */
export function sourceOf(endpoint: ModelEndpoint): ModelSource {
  const { name, at, config } = endpoint
  const { promptTokens, ...generated } = mostOfQuestion(
    endpoint,
    { messages: [] },
    { refused: new Set(), isRelay: false },
  )
  const tier = config.extra?.service_tier
  return {
    endpoint: name,
    model: config.model,
    host: at.host,
    hasOtherTier: tier !== undefined && tier !== 'default',
    addedTokens: promptTokens,
    ...generated,
  }
}

/** What a vendor puts before and around a conversation, and counts: a date, instructions for tools. Generous, and a guess. */
const TEMPLATE_TOKENS = 512

/** What all answers together may have, as far as a limit is sent. `best_of` answers are generated and charged to choose from. */
function generatedBy({
  n,
  best_of,
  max_tokens,
  max_completion_tokens,
}: Readonly<Record<string, unknown>>): Pick<MostUsage, 'completionTokens' | 'answers'> {
  const answers = Math.max(...[n, best_of].map(count => Number(count ?? 1) || 1), 1)
  const limits = [max_tokens, max_completion_tokens].filter(limit => limit !== undefined)
  const limit = Math.max(...limits.map(Number))
  return { completionTokens: limits.length > 0 && Number.isFinite(limit) ? limit * answers : null, answers }
}
