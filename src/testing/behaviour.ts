import type { IncomingHttpHeaders, ServerResponse } from 'node:http'

/** What a model server does with a request. When it returns without ending the response, the request stays open. */
export type Behaviour = (response: ServerResponse, request: ModelRequest) => void | Promise<void>

/** One request as it came, and how its connection ended. */
export type ModelRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Readonly<Record<string, unknown>>
  /** settles when the exchange is over: did the client leave before it had everything? */
  readonly over: Promise<{ readonly left: boolean }>
}
