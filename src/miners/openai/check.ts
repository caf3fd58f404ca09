import { mapParallel } from '../../async/map-parallel.js'
import type { Check } from '../../plugin/miner.js'
import { callModel } from './call/complete.js'
import type { RefusedParameters } from './call/refused-parameters.js'
import type { ModelCode } from './errors/model-code.js'
import { problemOf } from './errors/problem-of.js'
import type { ClientCache } from './http/client-cache.js'
import type { ModelEndpoint, Target } from './settings/endpoints.js'

type CheckContext = {
  readonly endpoints: readonly ModelEndpoint[]
  readonly clients: ClientCache
  readonly refused: RefusedParameters
}

/**
 * Asks every endpoint one tiny question with each key, with the configured parameters, eight at a time and for at most
 * 20 seconds each. `parameters` is true when all of them were accepted; the notes name those that were left out.
 *
 * @throws only the signal's reason
 */
export async function checkEndpoints(context: CheckContext, signal: AbortSignal): Promise<readonly Check[]> {
  const targets = context.endpoints.flatMap(endpoint => endpoint.keys.map((_, keyAt) => ({ endpoint, keyAt })))
  return await mapParallel(targets, 8, target => checkOne(target, context, signal))
}

async function checkOne(target: Target, { clients, refused }: CheckContext, signal: AbortSignal): Promise<Check> {
  const { endpoint, keyAt } = target
  const name = endpoint.keys.length > 1 ? `${endpoint.name}, key ${keyAt + 1}` : endpoint.name
  let firstToken: number | null = null
  let total: number | null = null
  let problem: Check['problem']
  try {
    const client = await clients.of(target)
    const startedAt = performance.now()
    const asked = { signal, deadline: Date.now() + 20_000, refused }
    for await (const _ of callModel(client, { endpoint: withFewTokens(endpoint), keyAt }, question, asked))
      firstToken ??= Math.round(performance.now() - startedAt)
    total = Math.round(performance.now() - startedAt)
  } catch (error) {
    signal.throwIfAborted()
    problem = problemOf(error, endpoint)
  }
  const leftOut = [...refused.of(endpoint)]
  const notes = leftOut.map(parameter => `${endpoint.config.model} refuses ${parameter}, so it is not sent`)
  const allPassed = { reachable: true, key: true, model: true, parameters: leftOut.length === 0 }
  // A model that used up the few tokens on reasoning has accepted everything.
  if (problem?.code === 'MODEL_EMPTY_LENGTH') problem = undefined
  const found = problem === undefined || firstToken !== null ? allPassed : { ...unknown, ...findings.get(problem.code) }
  return {
    name,
    findings: { ...found, firstToken, total },
    ...(notes.length > 0 && { notes }),
    ...(problem && { problem }),
  }
}

const question = { messages: [{ role: 'user', content: 'Say OK.' }] } as const

/** Lowers the limit of tokens to 16; leaves it out where the settings do. */
function withFewTokens(endpoint: ModelEndpoint): ModelEndpoint {
  const { maxTokens } = endpoint.config
  return { ...endpoint, config: { ...endpoint.config, maxTokens: maxTokens && Math.min(maxTokens, 16) } }
}

type Findings = { reachable: boolean | null; key: boolean | null; model: boolean | null; parameters: boolean | null }
const unknown: Findings = { reachable: true, key: null, model: null, parameters: null }

/** What each error code shows, where that is more than that the endpoint is reachable. */
const findings: ReadonlyMap<string, Partial<Findings>> = new Map<ModelCode, Partial<Findings>>([
  ['MODEL_KEY_MISSING', { reachable: null, key: false }],
  ['MODEL_UNREACHABLE', { reachable: false }],
  ['MODEL_CONNECT_TIMEOUT', { reachable: false }],
  ['MODEL_TLS', { reachable: false }],
  ['MODEL_KEY_REFUSED', { key: false }],
  ['MODEL_FORBIDDEN', { key: false }],
  ['MODEL_QUOTA', { key: true }],
  ['MODEL_RATE_LIMITED', { key: true }],
  ['MODEL_NOT_FOUND', { model: false }],
  ['MODEL_BAD_REQUEST', { key: true, parameters: false }],
  ['MODEL_REFUSED', { key: true, model: true, parameters: true }],
  ['MODEL_TOOL_CALL', { key: true, model: true, parameters: true }],
  ['MODEL_EMPTY', { key: true, model: true, parameters: true }],
])
