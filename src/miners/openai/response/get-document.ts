import { abortable, CANCELLED, linkedController } from '../../../async/abortable.js'
import { MAX_TIMER_MS } from '../../../async/timeout.js'
import type { Upstream } from '../errors/upstream.js'
import type { ModelClient } from '../http/client.js'
import { whileConnecting } from '../http/connect-timeout.js'
import { readText } from './documents.js'
import { parseJson } from './parse-json.js'

type GetOptions = {
  readonly upstream: Upstream
  readonly signal: AbortSignal
  readonly connectTimeoutMs: number | null
  readonly maxBytes: number
  readonly query?: Readonly<Record<string, string>>
}

/**
 * Gets one JSON document from an endpoint.
 *
 * @param path below the base URL, or a whole URL of the same server
 * @throws {NoAnswer} `MODEL_ANSWER_TOO_LARGE`
 * @throws {SyntaxError} when it is no JSON
 * @throws what the client throws; the signal's reason
 */
export async function getDocument(
  client: ModelClient,
  path: string,
  { upstream, signal: outer, connectTimeoutMs, maxBytes, query }: GetOptions,
): Promise<unknown> {
  using call = linkedController(outer)
  const { signal } = call
  const get = async () => {
    const options = { signal, timeout: MAX_TIMER_MS, maxRetries: 0, ...(query && { query }) }
    const response = await whileConnecting({ upstream, timeoutMs: connectTimeoutMs }, () =>
      client.get(path, options).asResponse(),
    )
    return parseJson(await readText(response, maxBytes, () => {}))
  }
  try {
    // A read may never settle, not even when its signal aborts: an embedder's client may bring any fetch.
    return await abortable(get(), signal)
  } finally {
    call.abort(CANCELLED)
  }
}
