import type { Check } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { callModel } from './call/complete.js'
import type { RefusedParameters } from './call/refused-parameters.js'
import type { ModelCode } from './errors/model-code.js'
import { sanitizeText } from './errors/upstream.js'
import type { ClientCache } from './http/client-cache.js'
import type { ModelEndpoint, Target } from './settings/endpoints.js'

type Means = {
  readonly endpoints: readonly ModelEndpoint[]
  readonly clients: ClientCache
  readonly refused: RefusedParameters
}

/**
 * Asks every endpoint with every key one tiny question, with the parameters that it is configured to have, eight at a
 * time and each for at most 20 seconds. `parameters` holds when all of them were accepted: the notes name those that had
 * to be left out.
 *
 * @throws the signal's reason, and nothing else
 */
export async function checkEndpoints(means: Means, signal: AbortSignal): Promise<readonly Check[]> {
  const targets = means.endpoints.flatMap(endpoint => endpoint.keys.map((_, keyAt) => ({ endpoint, keyAt })))
  const checks: Check[] = []
  const next = targets.entries()
  const work = async () => {
    for (const [at, target] of next) checks[at] = await checkOne(target, means, signal)
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return checks
}

async function checkOne(target: Target, { clients, refused }: Means, signal: AbortSignal): Promise<Check> {
  const { endpoint, keyAt } = target
  const name = endpoint.keys.length > 1 ? `${endpoint.name}, key ${keyAt + 1}` : endpoint.name
  let firstToken: number | null = null
  let total: number | null = null
  let problem: Check['problem']
  try {
    const client = await clients.of(target)
    const began = performance.now()
    const asked = { signal, deadline: Date.now() + 20_000, refused }
    for await (const _ of callModel(client, { endpoint: tiny(endpoint), keyAt }, question, asked))
      firstToken ??= Math.round(performance.now() - began)
    total = Math.round(performance.now() - began)
  } catch (error) {
    signal.throwIfAborted()
    problem = problemOf(error, endpoint)
  }
  const leftOut = [...refused.of(endpoint)]
  const notes = leftOut.map(parameter => `${endpoint.config.model} refuses ${parameter}, which is not sent`)
  const allWell = { reachable: true, key: true, model: true, parameters: leftOut.length === 0 }
  // Whoever thinks too long for so few tokens has accepted everything.
  if (problem?.code === 'MODEL_EMPTY_LENGTH') problem = undefined
  const found = problem === undefined || firstToken !== null ? allWell : { ...unknown, ...findings.get(problem.code) }
  return {
    name,
    findings: { ...found, firstToken, total },
    ...(notes.length > 0 && { notes }),
    ...(problem && { problem }),
  }
}

const question = { messages: [{ role: 'user', content: 'Say OK.' }] } as const

/** One that is configured not to be told a limit is not told one. */
function tiny(endpoint: ModelEndpoint): ModelEndpoint {
  const { maxTokens } = endpoint.config
  return { ...endpoint, config: { ...endpoint.config, maxTokens: maxTokens && Math.min(maxTokens, 16) } }
}

function problemOf(error: unknown, { keys }: ModelEndpoint): NonNullable<Check['problem']> {
  if (error instanceof NoAnswer) {
    const { code, message, hint } = error
    return { code, message, ...(hint !== undefined && { hint }) }
  }
  const words = error instanceof Error ? error.message : String(error)
  const secrets = keys.filter(key => key !== null)
  return { code: 'MODEL_FAILED', message: sanitizeText(words, secrets) }
}

type Findings = { reachable: boolean | null; key: boolean | null; model: boolean | null; parameters: boolean | null }
const unknown: Findings = { reachable: true, key: null, model: null, parameters: null }

/** What an error says of each, where that is more than that somebody is there. */
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
