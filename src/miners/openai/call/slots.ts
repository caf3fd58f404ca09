import { upstreamOf } from '../errors/upstream.js'
import type { ModelClient } from '../http/client.js'
import { getDocument } from '../response/get-document.js'
import { asCount, asRecord, asRecords } from '../response/loose-json.js'
import type { ModelEndpoint } from '../settings/endpoints.js'
import type { ListedModel } from './fetch-models.js'

/**
 * Returns how many questions a server answers at once, where it says so; further ones wait there, or are refused.
 *
 * @param listed the server's list of models, which shows which program it is
 * @returns undefined when it is unknown
 */
export async function fetchSlots(
  client: ModelClient,
  endpoint: ModelEndpoint,
  { listed, signal }: { readonly listed: readonly ListedModel[]; readonly signal: AbortSignal },
): Promise<number | undefined> {
  const sources = servers.find(({ serves }) => listed.some(serves))?.sources ?? []
  const options = {
    upstream: upstreamOf(endpoint),
    signal,
    connectTimeoutMs: endpoint.config.connectTimeout,
    maxBytes: MAX_BYTES,
  }
  for (const { path, read } of sources) {
    const document = await getDocument(client, rootOf(endpoint) + path, options).catch(() => undefined)
    const slots = read(document)
    if (slots) return slots
  }
  return undefined
}

const MAX_BYTES = 1024 * 1024

/**
 * The servers that say how many questions they answer at once, and where. vLLM, Ollama and LM Studio do not say it.
 *
 * @see https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md `GET /props`, `GET /slots`
 * @see https://docs.sglang.io/basic_usage/native_api.html `GET /get_server_info`, `/server_info` in newer versions
 * @see https://huggingface.github.io/text-generation-inference/ `GET /info`; it refuses more with 429
 */
const servers: readonly {
  readonly serves: (model: ListedModel) => boolean
  readonly sources: readonly { readonly path: string; readonly read: (document: unknown) => number | undefined }[]
}[] = [
  {
    serves: ({ ownedBy }) => ownedBy === 'llamacpp',
    sources: [
      { path: '/props', read: document => asCount(asRecord(document).total_slots) },
      { path: '/slots', read: document => asRecords(document, Number.POSITIVE_INFINITY).length },
    ],
  },
  {
    serves: ({ ownedBy }) => ownedBy === 'sglang',
    sources: ['/server_info', '/get_server_info'].map(path => ({ path, read: ofSglang })),
  },
  {
    // TGI names the model as its own owner.
    serves: ({ id, ownedBy }) => id === ownedBy,
    sources: [{ path: '/info', read: document => asCount(asRecord(document).max_concurrent_requests) }],
  },
]

/** Adds up the copies of the model, each of which has its own limit. */
function ofSglang(document: unknown): number | undefined {
  const copies = asRecords(asRecord(document).internal_states, 1000)
  const limits = copies.map(copy => asCount(copy.effective_max_running_requests_per_dp))
  return limits.includes(undefined) ? undefined : limits.reduce<number>((sum, limit) => sum + limit!, 0)
}

/** Returns the address of the server's own API, which is beside `/v1`. */
function rootOf({ at: { baseUrl } }: ModelEndpoint): string {
  const url = new URL(baseUrl!)
  return url.origin + url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')
}
