import { createGzip, gzipSync } from 'node:zlib'
import {
  answered,
  type Behaviour,
  chunk,
  completion,
  cut,
  event,
  type ModelRequest,
  stalled,
  streamed,
  whole,
} from './model-server.ts'

/** Returns the pieces of the model's answer to a request. */
export type AnswerTo = (request: ModelRequest) => readonly string[]

/** The name of a fault. */
export type FaultName = keyof ReturnType<typeof faults>

/**
 * Returns every known way in which an HTTP endpoint fails, by name, as behaviours of a model server. A tolerant client
 * survives some of them. `tls-front.ts` has the faults of the connection below HTTP.
 *
 * @param answerTo the answer, sent as far as the fault allows; at least two pieces, so that a fault can occur between them
 */
export function faults(answerTo: AnswerTo = () => ['Hello', ' there']) {
  const text: AnswerTo = request => [answerTo(request).join('')]
  const first: AnswerTo = request => answerTo(request).slice(0, 1)
  const fine = answering(answerTo, streamed)
  return {
    'stall before the head': stalled(),
    'stall after the head': response => void openStream(response),
    'stall between tokens': answering(first, stalled),
    'reset before the head': response => void response.socket?.resetAndDestroy(),
    'reset after the head': resetAfter(() => []),
    'reset between tokens': resetAfter(first),
    'cut between tokens': answering(first, cut),
    'cut in the middle of a character': cutCharacter(answerTo),
    'half a JSON, cut': halfDocument(answerTo, { cutOff: true }),
    'half a JSON, ended': halfDocument(answerTo, { cutOff: false }),
    '429 with seconds': tooMany({ 'retry-after': '1' }),
    '429 with a date': (response, request) =>
      tooMany({ 'retry-after': new Date(Date.now() + 1000).toUTCString() })(response, request),
    '429 with milliseconds': tooMany({ 'retry-after-ms': '150', 'retry-after': '1' }),
    '429 without a word on when': tooMany({}),
    '429 with nonsense': tooMany({ 'retry-after': 'soon, I hope' }),
    // Counts the requests since this call of `faults`.
    '500 three times': firstTimes(3, answered(500, apiError('The server had an error', 'server_error')), fine),
    'wrong key': answered(
      401,
      apiError('Incorrect API key provided: made-up.', 'invalid_request_error', 'invalid_api_key'),
    ),
    'wrong model': answered(404, apiError('The model `x` does not exist', 'invalid_request_error', 'model_not_found')),
    "unsupported parameter, in OpenAI's words": refusing('temperature', fine, name =>
      apiError(
        `Unsupported parameter: '${name}' is not supported with this model.`,
        'invalid_request_error',
        'unsupported_parameter',
        name,
      ),
    ),
    // vllm-project/vllm before 0.6.5, vllm/entrypoints/openai/protocol.py ErrorResponse: the fields stand at the top.
    "unsupported parameter, in vLLM's words": refusing('frequency_penalty', fine, name => ({
      object: 'error',
      message: `[{'type': 'extra_forbidden', 'loc': ('body', '${name}'), 'msg': 'Extra inputs are not permitted', 'input': 0.1}]`,
      type: 'BadRequestError',
      param: null,
      code: 400,
    })),
    'no [DONE]': withoutDone(answerTo),
    'finish_reason in every chunk': reasonEverywhere(answerTo),
    'pings and empty events': pinging(answerTo),
    'a garbage line': garbled(first),
    '50 MB, streamed': endless(answerTo, 50),
    '50 MB, whole': endlessDocument(answerTo, 50),
    'gzip, streamed': zippedStream(answerTo),
    'gzip, whole': zippedWhole(text),
    redirect: answered(307, '', { location: 'http://127.0.0.1:9/v1/chat/completions' }),
    'an error inside the stream': errorInside(first),
    'JSON where a stream was asked for': answering(text, texts => whole(...texts)),
    'a blank answer': streamed(['', ' ', '\n']),
  } satisfies Record<string, Behaviour>
}

/** Filler of answers that are too long. */
const megabyte = 'x'.repeat(1024 * 1024)

const answering =
  (answerTo: AnswerTo, behave: (pieces: readonly string[]) => Behaviour): Behaviour =>
  (response, request) =>
    behave(answerTo(request))(response, request)

type Response = Parameters<Behaviour>[0]

/** Sends the head at once, and an empty comment; resolves when both are written. */
function openStream(response: Response, pieces: readonly string[] = []): Promise<unknown> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  return write(response, `: connected\n\n${pieces.map(piece => event(chunk({ content: piece }))).join('')}`)
}

const write = (response: Response, data: string | Buffer) =>
  new Promise<unknown>(resolve => response.write(data, resolve))

const resetAfter =
  (answerTo: AnswerTo): Behaviour =>
  async (response, request) => {
    await openStream(response, answerTo(request))
    response.socket?.resetAndDestroy()
  }

/** Closes the connection after the first of the four bytes of an emoji. */
const cutCharacter =
  (answerTo: AnswerTo): Behaviour =>
  async (response, request) => {
    await openStream(response, answerTo(request).slice(0, 1))
    const next = Buffer.from(event(chunk({ content: '😀' })))
    await write(response, next.subarray(0, next.indexOf(0xf0) + 1))
    response.destroy()
  }

const halfDocument =
  (answerTo: AnswerTo, { cutOff }: { cutOff: boolean }): Behaviour =>
  async (response, request) => {
    const document = Buffer.from(JSON.stringify(completion(answerTo(request).join(''))))
    const length = cutOff ? { 'content-length': document.length } : {}
    response.writeHead(200, { 'content-type': 'application/json', ...length })
    await write(response, document.subarray(0, document.length / 2))
    if (cutOff) response.destroy()
    else response.end()
  }

const tooMany = (headers: Record<string, string>): Behaviour =>
  answered(429, apiError('Rate limit reached for requests', 'requests', 'rate_limit_exceeded'), headers)

function firstTimes(count: number, behave: Behaviour, then: Behaviour): Behaviour {
  let times = 0
  return (response, request) => (++times <= count ? behave : then)(response, request)
}

const refusing =
  (parameter: string, fine: Behaviour, errorOf: (parameter: string) => object): Behaviour =>
  (response, request) =>
    (parameter in request.body ? answered(400, errorOf(parameter)) : fine)(response, request)

/** Sends the finish reason and ends without `[DONE]`, as some servers do. */
const withoutDone =
  (answerTo: AnswerTo): Behaviour =>
  async (response, request) => {
    await openStream(response, answerTo(request))
    response.end(event(chunk({}, 'stop')))
  }

/** Sends a finish reason with each piece. */
const reasonEverywhere =
  (answerTo: AnswerTo): Behaviour =>
  async (response, request) => {
    await openStream(response)
    for (const piece of answerTo(request)) await write(response, event(chunk({ content: piece }, 'stop')))
    response.end('data: [DONE]\n\n')
  }

/** Sends an empty event and one of another name before each piece. */
const pinging =
  (answerTo: AnswerTo): Behaviour =>
  async (response, request) => {
    await openStream(response)
    for (const piece of answerTo(request))
      await write(response, `data:\n\nevent: ping\ndata: now\n\n${event(chunk({ content: piece }))}`)
    response.end(`${event(chunk({}, 'stop'))}data: [DONE]\n\n`)
  }

const garbled =
  (answerTo: AnswerTo): Behaviour =>
  async (response, request) => {
    await openStream(response, answerTo(request))
    await write(response, 'data: {"choices": [{"delta": {"cont\n\n')
    response.end(`${event(chunk({}, 'stop'))}data: [DONE]\n\n`)
  }

const endless =
  (answerTo: AnswerTo, megabytes: number): Behaviour =>
  async (response, request) => {
    await openStream(response, answerTo(request))
    for (let sent = 0; sent < megabytes && !response.destroyed; sent++)
      await write(response, event(chunk({ content: megabyte })))
    response.end(`${event(chunk({}, 'stop'))}data: [DONE]\n\n`)
  }

/** Writes the document in parts: building it at once would block this process. */
const endlessDocument =
  (answerTo: AnswerTo, megabytes: number): Behaviour =>
  async (response, request) => {
    const [start = '', end = ''] = JSON.stringify(completion(`${answerTo(request).join('')}\0`)).split('\\u0000')
    response.writeHead(200, { 'content-type': 'application/json' })
    await write(response, start)
    for (let sent = 0; sent < megabytes && !response.destroyed; sent++) await write(response, megabyte)
    response.end(end)
  }

const zippedStream =
  (answerTo: AnswerTo): Behaviour =>
  async (response, request) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
    const gzip = createGzip()
    gzip.pipe(response)
    for (const piece of answerTo(request)) {
      gzip.write(event(chunk({ content: piece })))
      await new Promise<void>(resolve => gzip.flush(resolve))
    }
    gzip.end(`${event(chunk({}, 'stop'))}data: [DONE]\n\n`)
  }

const zippedWhole =
  (answerTo: AnswerTo): Behaviour =>
  (response, request) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.end(gzipSync(JSON.stringify(completion(...answerTo(request)))))
  }

/** Sends an error event, as vLLM and others do when they fail after the head. */
const errorInside =
  (answerTo: AnswerTo): Behaviour =>
  async (response, request) => {
    await openStream(response, answerTo(request))
    response.end(
      `${event({ error: { message: 'engine is dead', type: 'InternalServerError', code: 500 } })}data: [DONE]\n\n`,
    )
  }

/** Returns an error in the format of OpenAI's API. */
function apiError(message: string, type: string, code: string | null = null, param: string | null = null) {
  return { error: { message, type, param, code } }
}
