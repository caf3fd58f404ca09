/** Where the model is asked. */
export type Endpoint = {
  /** null: OpenAI's default */
  readonly baseUrl: string | null
  /** with the port, if it has one; all that messages say of the address */
  readonly host: string
  readonly isOpenAI: boolean
}

/** @param baseUrl a valid URL, or nothing for OpenAI's own */
export function endpointAt(baseUrl: string | null | undefined): Endpoint {
  if (baseUrl == null) return { baseUrl: null, host: openaiHost, isOpenAI: true }
  const { host, hostname } = new URL(baseUrl)
  return { baseUrl, host, isOpenAI: hostname === openaiHost || hostname.endsWith(`.${openaiHost}`) }
}

// Regions have names under it, for example eu.api.openai.com.
const openaiHost = 'api.openai.com'
