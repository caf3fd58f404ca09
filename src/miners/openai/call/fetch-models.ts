import { timeoutSignal } from '../../../async/timeout.js'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { modelError } from '../errors/model-error.js'
import { type Upstream, upstreamOf } from '../errors/upstream.js'
import type { ModelClient } from '../http/client.js'
import { getDocument } from '../response/get-document.js'
import { asRecord, asString } from '../response/loose-json.js'
import type { ModelEndpoint } from '../settings/endpoints.js'

/** A model in an endpoint's list. */
export type ListedModel = {
  readonly id: string
  /** other names that the server accepts for it; llama.cpp lists them */
  readonly aliases: readonly string[]
  /** often the program that serves it: `llamacpp`, `vllm`, `sglang` */
  readonly ownedBy: string
}

/** The models of an endpoint, in its order. */
export type Listing = {
  readonly models: readonly ListedModel[]
  /** there are more */
  readonly isCut: boolean
}

/**
 * Gets the list of an endpoint's models, page by page.
 *
 * @param options.ms how long that may take
 * @throws {NoAnswer} `MODELS_MISSING` · `MODEL_TIMEOUT` · another code that begins with `MODEL_`
 * @throws the signal's reason when it aborts; an unexpected error unchanged
 */
export async function fetchModels(
  client: ModelClient,
  endpoint: ModelEndpoint,
  { signal, ms }: { readonly signal: AbortSignal; readonly ms: number },
): Promise<Listing> {
  const upstream = upstreamOf(endpoint)
  using timeout = timeoutSignal({ ms, reason: () => tooSlow(upstream, ms), parent: signal })
  const options = {
    upstream,
    signal: timeout.signal,
    connectTimeoutMs: endpoint.config.connectTimeout,
    maxBytes: MAX_BYTES,
  }
  const models = new Map<string, ListedModel>()
  let query: Record<string, string> | undefined
  try {
    for (let page = 1; ; page++) {
      const document = await getDocument(client, '/models', { ...options, ...(query && { query }) })
      const known = models.size
      for (const model of readModels(document, upstream)) if (!models.has(model.id)) models.set(model.id, model)
      const hasMore = asRecord(document).has_more === true
      // A server that ignores the cursor sends the same page again.
      const isEnd = !hasMore || models.size === known
      if (isEnd || models.size > MAX_MODELS || page === MAX_PAGES)
        return { models: [...models.values()].slice(0, MAX_MODELS), isCut: !isEnd || models.size > MAX_MODELS }
      const last = asString(asRecord(document).last_id) || [...models.keys()].at(-1)!
      // OpenAI's name of the cursor, and Anthropic's.
      query = { after: last, after_id: last }
    }
  } catch (error) {
    timeout.signal.throwIfAborted()
    throw listError(error, upstream)
  }
}

const MAX_MODELS = 10_000
/** Anthropic's pages have 20 models each. */
const MAX_PAGES = 100
// OpenRouter's list of some 400 models has about 1 MiB.
const MAX_BYTES = 8 * 1024 * 1024

/**
 * Reads a page of a list of models. Most servers send `data` as OpenAI does, Together a list without an object around it,
 * and some gateways names only; Ollama without any model sends `"data": null`.
 *
 * @throws {NoAnswer} `MODEL_UNREADABLE`
 */
function readModels(document: unknown, upstream: Upstream): readonly ListedModel[] {
  const { data, models } = asRecord(document)
  const list = [document, data, models].find(Array.isArray) as readonly unknown[] | undefined
  if (list) return list.slice(0, MAX_MODELS + 1).flatMap(readModel)
  if (data === null || models === null) return []
  throw unreadableList(upstream)
}

function readModel(entry: unknown): ListedModel[] {
  const { id, name, model, aliases, owned_by } = asRecord(entry)
  const known = [entry, id, name, model].find(value => typeof value === 'string' && value !== '') as string | undefined
  if (known === undefined || known.length > MAX_NAME) return []
  const others = Array.isArray(aliases) ? aliases.slice(0, 100).filter(alias => typeof alias === 'string') : []
  return [{ id: known, aliases: others, ownedBy: asString(owned_by) }]
}

/** A path of a file is a name, too. */
const MAX_NAME = 1000

function listError(error: unknown, upstream: Upstream): Error {
  if (error instanceof SyntaxError) return unreadableList(upstream)
  const { status } = error as { readonly status?: unknown }
  if (status === 404 || status === 405 || status === 501) return missingList(upstream, status)
  return modelError(error, upstream)
}

function missingList({ name, setting }: Upstream, status: number): NoAnswer {
  return new NoAnswer('upstream', `${name} has no list of models at this address (${status})`, {
    code: 'MODELS_MISSING',
    hint: `check ${setting('baseUrl')}, which usually ends in /v1; not every endpoint lists its models`,
  })
}

function unreadableList({ name, setting }: Upstream): NoAnswer {
  return new NoAnswer('upstream', `${name} answered with something else than a list of models`, {
    code: 'MODEL_UNREADABLE',
    hint: `check ${setting('baseUrl')}: it names an OpenAI-compatible API and usually ends in /v1`,
  })
}

function tooSlow({ name }: Upstream, ms: number): NoAnswer {
  return new NoAnswer('late', `${name} did not list its models within ${ms / 1000} s`, {
    code: 'MODEL_TIMEOUT',
    hint: 'check that the endpoint is up and not overloaded',
  })
}
