import type { ClientOptions, OpenAI } from 'openai'
import { NoAnswer } from '../../../plugin/no-answer.js'
import { endpointAt } from '../settings/endpoints.js'
import { httpFetch } from './fetch.js'

/** Makes the client for an endpoint and a key: the one thing a test or an embedder replaces. */
export type ClientFor = (at: {
  readonly baseUrl: string | null
  readonly apiKey: string | null
  readonly organization: string | null
  readonly project: string | null
}) => Promise<OpenAI>

/**
 * The client of the `openai` package, deaf to the environment: it takes nothing but what it is given, prints nothing,
 * tries once, follows no redirect and reads no reply without end. Without a key it sends no `Authorization`.
 *
 * @throws {NoAnswer} `MODEL_KEY_MISSING` when OpenAI itself is to be asked without a key
 */
export const openaiClient: ClientFor = async ({ baseUrl, apiKey, organization, project }) => {
  if (apiKey === null && endpointAt(baseUrl).isOpenAI)
    throw new NoAnswer('upstream', 'OpenAI answers only with an API key, and there is none', {
      code: 'MODEL_KEY_MISSING',
      hint: 'set OPENAI_API_KEY, or name another endpoint with --base-url',
      misuse: true,
    })

  const { OpenAI: Client } = await import('openai') // 150 ms, so not before it is needed
  // Named as its parent, because the name goes out as the user agent.
  const Deaf = class OpenAI extends Client {
    constructor(options: ClientOptions) {
      super(options)
      // openai 7 puts the headers of OPENAI_CUSTOM_HEADERS over these and has no option against it (client.ts).
      this._options.defaultHeaders = options.defaultHeaders
    }
  }
  return new Deaf({
    // Every field that is left undefined is read from the environment, so each is said.
    baseURL: baseUrl,
    apiKey: apiKey ?? 'none', // it insists on a key
    adminAPIKey: null,
    organization,
    project,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    defaultHeaders: apiKey === null ? { Authorization: null } : {},
    // The global one follows redirects, which would carry the conversation to an address that nobody configured, and goes
    // on connecting when it is aborted.
    fetch: httpFetch(),
  })
}
