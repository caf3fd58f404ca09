import type { IncomingHttpHeaders, ServerResponse } from 'node:http'

/** Handles a request of the model server. If it returns without ending the response, the request stays open. */
export type Behaviour = (response: ServerResponse, request: ModelRequest) => void | Promise<void>

/** One received request, and how its connection ended. */
export type ModelRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Readonly<Record<string, unknown>>
  /** resolves at the end of the exchange; `left`: the client disconnected before the response was complete */
  readonly over: Promise<{ readonly left: boolean }>
}
