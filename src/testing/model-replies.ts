import type { Behaviour } from './behaviour.js'

/** Answers with these pieces, streamed or whole as the request asks. */
export const said =
  (...pieces: string[]): Behaviour =>
  (response, request) =>
    (request.body.stream ? streamed(pieces) : whole(pieces.join('')))(response, request)

/** Answers with any status and body; sends an object as JSON. */
export const answered =
  (status: number, body: object | string = '', headers: Record<string, string> = {}): Behaviour =>
  response => {
    const type = typeof body === 'string' ? 'text/plain' : 'application/json'
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

/** Answers with a whole completion that has these texts as its choices. */
export const whole = (...texts: string[]): Behaviour => answered(200, completion(...texts))

/** Streams a completion piece by piece, then its finish reason and, if requested, the usage. */
export const streamed =
  (pieces: Iterable<string> | AsyncIterable<string>, { finishReason = 'stop' } = {}): Behaviour =>
  async (response, { body }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for await (const piece of pieces) response.write(event(chunk({ content: piece })))
    response.write(event(chunk({}, finishReason)))
    if (body.stream_options) response.write(event({ ...chunk(), choices: [], usage }))
    response.end('data: [DONE]\n\n')
  }

/** Streams these pieces, then stays open without sending more; without pieces it sends not even a head. */
export const stalled =
  (pieces: readonly string[] = []): Behaviour =>
  response => {
    if (pieces.length > 0) response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const piece of pieces) response.write(event(chunk({ content: piece })))
  }

/** Streams these pieces, then closes the connection abruptly; without pieces it closes before the head. */
export const cut =
  (pieces: readonly string[] = []): Behaviour =>
  response => {
    if (pieces.length === 0) return void response.destroy()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(pieces.map(piece => event(chunk({ content: piece }))).join(''), () => response.destroy())
  }

/** Returns a chat completion as OpenAI's API sends it. */
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

/** Returns a chunk of a streamed completion as OpenAI's API sends it. */
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

/** Encodes a server-sent event. */
export function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 }
