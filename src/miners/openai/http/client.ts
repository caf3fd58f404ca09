import type { ClientOptions, OpenAI } from 'openai'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { endpointAt } from '../settings/endpoints.js'

/**
 * The part of an `OpenAI` client that the miner uses. Not the class itself: its private members make the types of two
 * installed copies of the package incompatible, and a program that embeds this one has its own.
 */
export type ModelClient = {
  post(path: string, options: CallOptions & { readonly body: object }): RawReply
  get(path: string, options: CallOptions & { readonly query?: Readonly<Record<string, string>> }): RawReply
}

type CallOptions = {
  readonly signal: AbortSignal
  /** milliseconds */
  readonly timeout: number
  readonly maxRetries: number
}
type RawReply = { asResponse(): Promise<Response> }

/** Makes the client for an endpoint and a key; tests and embedders replace it. */
export type ClientFor = (at: {
  readonly baseUrl: string | null
  readonly apiKey: string | null
  readonly organization: string | null
  readonly project: string | null
}) => Promise<ModelClient>

/**
 * Makes a client of the `openai` package that ignores the environment, prints nothing, never retries, follows no
 * redirects and bounds every reply. Without a key it sends no `Authorization`.
 *
 * @throws {NoAnswer} `MODEL_KEY_MISSING` when the endpoint is OpenAI's own and there is no key
 */
export const openaiClient = async ({
  baseUrl,
  apiKey,
  organization,
  project,
}: Parameters<ClientFor>[0]): Promise<OpenAI> => {
  if (apiKey === null && endpointAt(baseUrl).isOpenAI)
    throw new NoAnswer('upstream', 'OpenAI needs an API key, and none is set', {
      code: 'MODEL_KEY_MISSING',
      misuse: true,
    })

  // The package takes 150 ms to load, so that only a run that asks a model loads it.
  const [{ OpenAI: Client }, { httpFetch }] = await Promise.all([import('openai'), import('./fetch.js')])
  // Has the name of its parent class, because the client sends that name as the user agent.
  const IsolatedClient = class OpenAI extends Client {
    constructor(options: ClientOptions) {
      super(options)
      // openai 7 overrides these with OPENAI_CUSTOM_HEADERS and has no option against it (client.ts).
      this._options.defaultHeaders = options.defaultHeaders
    }
  }
  return new IsolatedClient({
    // The client reads every undefined field from the environment, so each is set.
    baseURL: baseUrl,
    apiKey: apiKey ?? 'none', // it requires a key
    adminAPIKey: null,
    organization,
    project,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    defaultHeaders: apiKey === null ? { Authorization: null } : {},
    // The global `fetch` follows redirects, which would send the conversation to an address outside the configuration,
    // and goes on connecting after an abort.
    fetch: httpFetch(),
  })
}
