import { CANCELLED, linkedController } from '../../async/abortable.js'
import { mapParallel } from '../../async/map-parallel.js'
import type { Check, CheckHow, Outcome } from '../../plugin/miner.js'
import { callModel } from './call/complete.js'
import { isUnasked, type RefusedParameters } from './call/refused-parameters.js'
import type { ModelCode } from './errors/model-code.js'
import { problemOf } from './errors/problem-of.js'
import type { ClientCache } from './http/client-cache.js'
import { type Inspection, inspectEndpoint } from './inspect.js'
import type { ModelEndpoint, Target } from './settings/endpoints.js'

type CheckContext = {
  readonly endpoints: readonly ModelEndpoint[]
  readonly clients: ClientCache
  readonly refused: RefusedParameters
}

/** How long one question may take. */
const QUESTION_MS = 20_000
/** How long the inspection of one endpoint may take. */
const INSPECTION_MS = 5_000
/** When all inspections end, counted from the start: `miner check` waits for 30 s. */
const END_MS = 26_000

/**
 * Asks every endpoint one tiny question with each key, with the configured parameters, eight at a time and for at most
 * 20 seconds each. `parameters` is true when all of them were accepted; the notes name those that were left out. Then
 * inspects each endpoint that answered, see {@link inspectEndpoint}, which never makes a check fail.
 *
 * @param how.quick stop each answer at its first token, and inspect nothing
 * @param how.onCheck called with what the question shows, before the inspection
 * @throws only the signal's reason
 */
export async function checkEndpoints(
  context: CheckContext,
  signal: AbortSignal,
  { quick = false, onCheck }: CheckHow = {},
): Promise<readonly Check[]> {
  const startedAt = performance.now()
  const targets = context.endpoints.flatMap(endpoint => endpoint.keys.map((_, keyAt) => ({ endpoint, keyAt })))
  const tried = await mapParallel(targets, AT_ONCE, async target => {
    const one = await checkOne(target, context, { signal, quick })
    onCheck?.(one.check)
    return one
  })
  if (quick) return tried.map(({ check }) => check)

  const answering = [...Map.groupBy(tried.filter(isAnswered), ({ target }) => target.endpoint).values()]
  const inspections = new Map<ModelEndpoint, readonly [Tried, Inspection]>()
  await mapParallel(answering, AT_ONCE, async ([first]) => {
    const { target, outcome } = first!
    const ms = Math.min(INSPECTION_MS, END_MS - (performance.now() - startedAt))
    // OpenAI refuses unknown models, reads the suffix, and has no slots.
    if (target.endpoint.at.isOpenAI || ms <= 0) return
    const client = await context.clients.of(target)
    const small = { ...target, endpoint: forCheck(target.endpoint) }
    const options = { client, refused: context.refused, question, outcome, signal, ms }
    inspections.set(target.endpoint, [first!, await inspectEndpoint(small, options)])
  })
  return tried.map(one => {
    const [first, found] = inspections.get(one.target.endpoint) ?? []
    return found && isAnswered(one) ? withInspection(one.check, found, { isFirst: first === one }) : one.check
  })
}

const AT_ONCE = 8

type Tried = {
  readonly target: Target
  readonly check: Check
  /** undefined when it ended without any text */
  readonly outcome: Outcome | undefined
}

function isAnswered({ check }: Tried): boolean {
  return check.problem === undefined
}

/** Adds what holds for all keys of an endpoint; the notes only once. */
function withInspection(
  { findings, notes = [], ...check }: Check,
  { ignoresModel, ignoresSuffix, concurrency, notes: found }: Inspection,
  { isFirst }: { readonly isFirst: boolean },
): Check {
  const all = isFirst ? [...notes, ...found] : notes
  return {
    ...check,
    findings: { ...findings, ...(ignoresModel && { model: false }), ...(ignoresSuffix && { parameters: false }) },
    ...(all.length > 0 && { notes: all }),
    ...(concurrency !== undefined && { concurrency }),
  }
}

async function checkOne(
  target: Target,
  { clients, refused }: CheckContext,
  { signal, quick }: { readonly signal: AbortSignal; readonly quick: boolean },
): Promise<Tried> {
  const { endpoint, keyAt } = target
  const name = endpoint.keys.length > 1 ? `${endpoint.name}, key ${keyAt + 1}` : endpoint.name
  let firstToken: number | null = null
  let total: number | null = null
  let problem: Check['problem']
  let outcome: Outcome | undefined
  try {
    const client = await clients.of(target)
    const startedAt = performance.now()
    using call = linkedController(signal)
    const onToken = () => {
      if (!quick) return
      firstToken ??= Math.round(performance.now() - startedAt)
      call.abort(CANCELLED)
    }
    const asked = { signal: call.signal, deadline: Date.now() + QUESTION_MS, refused, onToken }
    const answer = callModel(client, { endpoint: forCheck(endpoint, { quick }), keyAt }, question, asked)
    while (outcome === undefined) {
      const step = await answer.next()
      if (step.done) outcome = step.value
      else firstToken ??= Math.round(performance.now() - startedAt)
    }
    total = Math.round(performance.now() - startedAt)
  } catch (error) {
    signal.throwIfAborted()
    if (error !== CANCELLED) problem = problemOf(error, endpoint)
  }
  const leftOut = [...refused.of(endpoint)].filter(parameter => !isUnasked(endpoint, parameter))
  const notes = leftOut.map(parameter => `${endpoint.config.model} refuses ${parameter}, so it is not sent`)
  const allPassed = { reachable: true, key: true, model: true, parameters: leftOut.length === 0 }
  // A model that used up the few tokens on reasoning has accepted everything.
  if (problem?.code === 'MODEL_EMPTY_LENGTH') problem = undefined
  const found = problem === undefined || firstToken !== null ? allPassed : { ...unknown, ...findings.get(problem.code) }
  return {
    target,
    outcome,
    check: {
      name,
      findings: { ...found, firstToken, total },
      ...(notes.length > 0 && { notes }),
      ...(problem && { problem }),
    },
  }
}

const question = { messages: [{ role: 'user', content: 'Say OK.' }] } as const

/** Lowers the limit of tokens to 16, unless it is left out. */
function forCheck(endpoint: ModelEndpoint, { quick = false } = {}): ModelEndpoint {
  const { maxTokens } = endpoint.config
  const config = { ...endpoint.config, maxTokens: maxTokens && Math.min(maxTokens, 16), ...(quick && { n: 1 }) }
  return { ...endpoint, config }
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
