import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type { JsonObject } from '#dist/wires/json/tree.js'
import { signedRequest } from '../support/signed-request.ts'
import { questionOf } from './conversation.ts'
import { broken, type Outcome, refused, stream, whole } from './outcome.ts'

/** Asks one question and resolves with the outcome. When the signal aborts, the caller disconnects. */
export type Caller = (number: number, leave: AbortSignal) => Promise<Outcome>

type Axon = { readonly url: string; readonly hotkey: string }

/** Creates a validator that requests a whole answer. */
export const wholeCaller =
  (axon: Axon, deadlineMs: number): Caller =>
  async (number, leave) => {
    const response = await post(axon, 'Prompting', { number, deadlineMs, leave })
    const { text, isCut } = await read(response)
    if (leave.aborted) return { kind: 'left' }
    if (isCut) return broken('a truncated reply')
    if (response.statusCode !== 200) return refusal(response, text)
    return whole(number, (JSON.parse(text) as JsonObject & { completion?: unknown }).completion)
  }

/** Creates a validator that requests a stream. */
export const streamCaller =
  (axon: Axon, deadlineMs: number): Caller =>
  async (number, leave) => {
    const response = await post(axon, 'StreamPromptingSynapse', { number, deadlineMs, leave })
    const { text, isCut } = await read(response)
    if (leave.aborted) return { kind: 'left' }
    if (response.statusCode !== 200) return isCut ? broken('a truncated error') : refusal(response, text)
    return stream(number, text, { isCut })
  }

const agent = new Agent({ keepAlive: true })

/** Sends the question, and resolves with the head of the reply. */
function post(
  { url, hotkey }: Axon,
  synapse: string,
  { number, deadlineMs, leave }: { number: number; deadlineMs: number; leave: AbortSignal },
): Promise<IncomingMessage> {
  const { path, headers, body } = signedRequest({
    synapse,
    receiver: hotkey,
    timeout: (deadlineMs / 1000).toFixed(1),
    fields: { roles: ['user'], messages: [questionOf(number)], completion: '' },
  })
  const set = Object.entries(headers).filter(([, value]) => value !== null) as [string, string][]
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}${path}`, {
      agent,
      method: 'POST',
      headers: { ...Object.fromEntries(set), 'content-length': Buffer.byteLength(body) },
      signal: leave,
    })
    request.once('response', resolve)
    request.on('error', reject)
    request.end(body)
  })
}

async function read(response: IncomingMessage): Promise<{ text: string; isCut: boolean }> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of response) chunks.push(chunk)
    return { text: Buffer.concat(chunks).toString(), isCut: false }
  } catch {
    return { text: Buffer.concat(chunks).toString(), isCut: true }
  }
}

function refusal(response: IncomingMessage, text: string): Outcome {
  const { message = '' } = JSON.parse(text) as { message?: string }
  const header = response.headers.bt_header_axon_status_code
  return refused(response.statusCode!, { header: header === undefined ? undefined : String(header), text: message })
}
