import { mapParallel } from '../../async/map-parallel.js'
import type { ModelList, OfferedModel } from '../../plugin/miner.js'
import { fetchModels, type ListedModel } from './call/fetch-models.js'
import { isSameName } from './call/model-names.js'
import type { ModelCode } from './errors/model-code.js'
import { problemOf } from './errors/problem-of.js'
import type { ClientCache } from './http/client-cache.js'
import type { ModelEndpoint } from './settings/endpoints.js'

type ListContext = { readonly endpoints: readonly ModelEndpoint[]; readonly clients: ClientCache }

/** How long one endpoint may take, all pages included. */
const TIMEOUT_MS = 10_000

/**
 * Asks every endpoint for its models, eight at a time. An endpoint that refuses its first key is asked with the next.
 *
 * @throws only the signal's reason
 */
export async function modelLists(
  { endpoints, clients }: ListContext,
  signal: AbortSignal,
): Promise<readonly ModelList[]> {
  return await mapParallel(endpoints, 8, async endpoint => {
    let result: ModelList | undefined
    for (let keyAt = 0; keyAt < endpoint.keys.length; keyAt++) {
      result = await listOf({ endpoint, keyAt }, clients, signal)
      if (!keyProblems.has(result.problem?.code ?? '')) return result
    }
    return result!
  })
}

/** Another key of the endpoint may be accepted. */
const keyProblems: ReadonlySet<string> = new Set<ModelCode>([
  'MODEL_KEY_MISSING',
  'MODEL_KEY_REFUSED',
  'MODEL_FORBIDDEN',
  'MODEL_QUOTA',
  'MODEL_RATE_LIMITED',
])

async function listOf(
  target: { readonly endpoint: ModelEndpoint; readonly keyAt: number },
  clients: ClientCache,
  signal: AbortSignal,
): Promise<ModelList> {
  const { endpoint } = target
  const { name, config } = endpoint
  try {
    const client = await clients.of(target)
    const { models, isCut } = await fetchModels(client, endpoint, { signal, ms: TIMEOUT_MS })
    const offered = markConfigured(models, config.model)
    const notes = isCut ? [`lists more models than these ${models.length}`] : []
    return { name, configured: config.model, models: offered, ...(notes.length > 0 && { notes }) }
  } catch (error) {
    signal.throwIfAborted()
    return { name, configured: config.model, models: [], problem: problemOf(error, endpoint) }
  }
}

/** Marks the model that the settings name; where the list lacks that name, the models that it means. */
function markConfigured(models: readonly ListedModel[], configured: string): readonly OfferedModel[] {
  const isExact = ({ id }: ListedModel) => id === configured
  const isMeant = ({ id, aliases }: ListedModel) => [id, ...aliases].some(name => isSameName(name, configured))
  const isConfigured = models.some(isExact) ? isExact : isMeant
  return models.map(model => ({ id: model.id, configured: isConfigured(model) }))
}
