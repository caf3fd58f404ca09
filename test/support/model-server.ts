import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** One request as it came, and how its connection ended. */
export type ModelRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Readonly<Record<string, unknown>>
  /** settles when the exchange is over: did the client leave before it had everything? */
  readonly over: Promise<{ readonly left: boolean }>
}

/** What the server does with a request. When it returns without ending the response, the request stays open. */
export type Behaviour = (response: ServerResponse, request: ModelRequest) => void | Promise<void>

export type ModelServer = AsyncDisposable & {
  /** for `baseUrl`: `http://127.0.0.1:…/v1` */
  readonly url: string
  /** every request so far, oldest first */
  readonly requests: readonly ModelRequest[]
  /** requests that are not over */
  readonly open: number
  /** what is done with the requests from now on */
  behaviour: Behaviour
  /** the request of that number, from 0, as soon as it is there */
  arrived(number: number): Promise<ModelRequest>
}

/** An OpenAI-compatible server on loopback, which answers every request by `behaviour`. */
export async function startModelServer(behaviour: Behaviour = streamed(['Hello', ' there'])): Promise<ModelServer> {
  const requests: ModelRequest[] = []
  const waiting: { number: number; resolve(request: ModelRequest): void }[] = []
  let open = 0

  const server = createServer(async (incoming, response) => {
    open += 1
    const over = new Promise<{ left: boolean }>(resolve =>
      response.once('close', () => {
        open -= 1
        resolve({ left: !response.writableFinished })
      }),
    )
    const body = await text(incoming)
    const request: ModelRequest = {
      method: incoming.method!,
      path: incoming.url!,
      headers: incoming.headers,
      body: body === '' ? {} : JSON.parse(body),
      over,
    }
    requests.push(request)
    for (const { number, resolve } of waiting) if (number < requests.length) resolve(requests[number]!)
    await model.behaviour(response, request)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))

  const model: ModelServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get open() {
      return open
    },
    behaviour,
    arrived: number =>
      number < requests.length
        ? Promise.resolve(requests[number]!)
        : new Promise(resolve => waiting.push({ number, resolve })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return model
}

/** Any status and body; an object is sent as JSON. */
export const answered =
  (status: number, body: object | string = '', headers: Record<string, string> = {}): Behaviour =>
  response => {
    const type = typeof body === 'string' ? 'text/plain' : 'application/json'
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

/** A whole completion with these texts as its choices. */
export const whole = (...texts: string[]): Behaviour => answered(200, completion(...texts))

/** A streamed completion, piece by piece as they come, and at its end why it stopped and, when asked for, the usage. */
export const streamed =
  (pieces: Iterable<string> | AsyncIterable<string>, { finishReason = 'stop' } = {}): Behaviour =>
  async (response, { body }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for await (const piece of pieces) response.write(event(chunk({ content: piece })))
    response.write(event(chunk({}, finishReason)))
    if (body.stream_options) response.write(event({ ...chunk(), choices: [], usage }))
    response.end('data: [DONE]\n\n')
  }

/** Answers with these pieces, then says nothing more and stays open; without pieces not even a head comes. */
export const stalled =
  (pieces: readonly string[] = []): Behaviour =>
  response => {
    if (pieces.length > 0) response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const piece of pieces) response.write(event(chunk({ content: piece })))
  }

/** Answers with these pieces, then cuts the connection; without pieces before any head. */
export const cut =
  (pieces: readonly string[] = []): Behaviour =>
  response => {
    if (pieces.length === 0) return void response.destroy()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(pieces.map(piece => event(chunk({ content: piece }))).join(''), () => response.destroy())
  }

/** A chat completion as OpenAI's API sends it. */
export function completion(...texts: string[]) {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_762_000_000,
    model: 'gpt-3.5-turbo-0125',
    choices: texts.map((content, index) => ({
      index,
      message: { role: 'assistant', content, refusal: null as string | null, annotations: [] },
      logprobs: null,
      finish_reason: 'stop',
    })),
    usage,
    service_tier: 'default',
    system_fingerprint: null,
  }
}

/** One piece of a streamed completion as OpenAI's API sends it. */
export function chunk(delta: object = {}, finishReason: string | null = null) {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_762_000_000,
    model: 'gpt-3.5-turbo-0125',
    service_tier: 'default',
    system_fingerprint: null,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  }
}

export function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 }
