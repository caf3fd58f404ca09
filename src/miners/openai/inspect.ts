import { CANCELLED, linkedController } from '../../async/abortable.js'
import { timeoutSignal } from '../../async/timeout.js'
import { silentLog } from '../../plugin/log.js'
import type { Outcome, Question } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { unreadOutcome } from './call/call.js'
import { callModel } from './call/complete.js'
import { fetchModels, type ListedModel } from './call/fetch-models.js'
import { isRelatedName, isSameName } from './call/model-names.js'
import { RefusedParameters } from './call/refused-parameters.js'
import { fetchSlots } from './call/slots.js'
import { sanitizeText, upstreamOf } from './errors/upstream.js'
import type { ModelClient } from './http/client.js'
import type { ModelEndpoint, Target } from './settings/endpoints.js'

/** What an endpoint does without saying so, and what it says of itself. */
export type Inspection = {
  readonly ignoresModel: boolean
  readonly ignoresSuffix: boolean
  /** how many questions it answers at once; undefined when unknown */
  readonly concurrency: number | undefined
  readonly notes: readonly string[]
}

type InspectOptions = {
  readonly client: ModelClient
  readonly refused: RefusedParameters
  /** the question that it has answered */
  readonly question: Question
  /** undefined when the answer ended without any text */
  readonly outcome: Outcome | undefined
  readonly signal: AbortSignal
  /** how long it may take */
  readonly ms: number
}

/**
 * Finds out whether an endpoint that has answered ignores the model's name or the suffix, and how many questions it
 * answers at once. Gets its list of models, and asks a question only where that list or the answer raises a doubt. What
 * takes too long or fails is left open.
 *
 * @throws only the signal's reason
 */
export async function inspectEndpoint(target: Target, options: InspectOptions): Promise<Inspection> {
  const { endpoint } = target
  const { client, outcome, ms } = options
  const { model, api, suffix } = endpoint.config
  using timeout = timeoutSignal({ ms, reason: () => CANCELLED, parent: options.signal })
  const { signal } = timeout
  const listed = await listOf(endpoint, { client, signal, ms })
  const isDoubted = isDoubtful(model, outcome?.model, listed)
  const hasSuffix = api === 'completions' && suffix !== undefined
  const within = { ...options, signal }
  const [ignoresModel, ignoresSuffix, concurrency] = await Promise.all([
    isDoubted && answersToAnyName(target, within),
    hasSuffix && countsSameWithoutSuffix(target, within),
    fetchSlots(client, endpoint, { listed, signal }),
  ])
  options.signal.throwIfAborted()
  const notes = [
    ...(ignoresModel ? [modelNote(endpoint, outcome?.model, listed)] : []),
    ...(ignoresSuffix ? [suffixNote(endpoint, outcome)] : []),
  ]
  return { ignoresModel, ignoresSuffix, concurrency, notes }
}

/** Returns the models that an endpoint lists; none when that fails. */
async function listOf(
  endpoint: ModelEndpoint,
  { client, ...options }: Pick<InspectOptions, 'client' | 'signal' | 'ms'>,
): Promise<readonly ListedModel[]> {
  try {
    return (await fetchModels(client, endpoint, options)).models
  } catch {
    return []
  }
}

/**
 * Returns whether an endpoint may have ignored the model's name: its list lacks it, and it answers as another model or
 * repeats the name. llama.cpp answers to any name; it repeated that name until December 2025, and says its own since
 * (https://github.com/ggml-org/llama.cpp/pull/17668).
 *
 * A server that resolves a name answers as a longer form of it, such as a dated version. Deployments of Azure and routes
 * of a proxy are in doubt here, and cleared by {@link answersToAnyName}.
 */
function isDoubtful(model: string, answering: string | undefined, listed: readonly ListedModel[]): boolean {
  const names = listed.flatMap(({ id, aliases }) => [id, ...aliases])
  // LiteLLM lists routes with wildcards.
  if (names.some(name => isSameName(name, model) || name.includes('*'))) return false
  return isRepeated(model, answering) ? names.length > 0 : !isRelatedName(answering, model)
}

/** Whether the endpoint names no model of its own. */
function isRepeated(model: string, answering: string | undefined): answering is undefined {
  return answering === undefined || answering === model
}

/** Asks for a model that cannot exist: a server that answers ignores the name. Stops at the first token. */
async function answersToAnyName(target: Target, options: InspectOptions): Promise<boolean> {
  const { client, refused, question, signal, ms } = options
  const { endpoint, keyAt } = target
  const madeUp = { ...endpoint, config: { ...endpoint.config, model: 'miner-check-no-such-model', n: 1 } }
  const known = new RefusedParameters(silentLog)
  known.learn(madeUp, refused.of(endpoint))
  using call = linkedController(signal)
  let hasToken = false
  const onToken = () => {
    hasToken = true
    call.abort(CANCELLED)
  }
  const asked = { signal: call.signal, deadline: Date.now() + ms, refused: known, onToken }
  const answer = callModel(client, { endpoint: madeUp, keyAt }, question, asked)
  try {
    await answer.next()
    return true
  } catch (error) {
    // A model that used up the few tokens on reasoning has answered.
    return hasToken || (error instanceof NoAnswer && error.code === 'MODEL_EMPTY_LENGTH')
  } finally {
    answer.return(unreadOutcome).catch(() => {})
  }
}

/** Asks the same question without the suffix: a prompt of as many tokens shows that the suffix was not read. */
async function countsSameWithoutSuffix({ endpoint, keyAt }: Target, options: InspectOptions): Promise<boolean> {
  const { client, refused, question, outcome, signal, ms } = options
  const withSuffix = outcome?.usage?.promptTokens
  if (withSuffix === undefined || refused.of(endpoint).has('suffix')) return false
  const { suffix: _suffix, ...config } = endpoint.config
  const without = { ...endpoint, config: { ...config, maxTokens: config.maxTokens && 1 } }
  const asked = { signal, deadline: Date.now() + ms, refused }
  const answer = callModel(client, { endpoint: without, keyAt }, question, asked)
  try {
    for (;;) {
      const step = await answer.next()
      if (step.done) return step.value.usage?.promptTokens === withSuffix
    }
  } catch {
    return false
  }
}

function modelNote(endpoint: ModelEndpoint, answering: string | undefined, listed: readonly ListedModel[]): string {
  const { model, setting } = upstreamOf(endpoint)
  const [first, second] = listed
  const own = isRepeated(endpoint.config.model, answering) ? (second ? undefined : first?.id) : answering
  const name = own && sanitizeText(own, [])
  const what = name ? `${name} answers, not ${model}` : 'it answers to any'
  const mend = name
    ? `set ${setting('model')} to ${name}, or start the server under the name ${model} (llama.cpp: --alias)`
    : `set ${setting('model')} to one that \`miner models\` lists`
  return `ignores the name of the model: ${what}. Dialects whose callers name the model refuse such answers (501); ${mend}`
}

function suffixNote(endpoint: ModelEndpoint, outcome: Outcome | undefined): string {
  const { model, setting } = upstreamOf(endpoint)
  const name = setting('suffix')
  const count = outcome?.usage?.promptTokens
  return `${model} seems to ignore ${name}: it counts ${count} tokens of input with and without it; choose an endpoint with fill-in, or remove ${name}`
}
