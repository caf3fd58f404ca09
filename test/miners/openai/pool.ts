import { callModel } from '#dist/miners/openai/call/complete.js'
import { embedTexts } from '#dist/miners/openai/call/embed.js'
import { RefusedParameters } from '#dist/miners/openai/call/refused-parameters.js'
import { relayModel } from '#dist/miners/openai/call/relay.js'
import { openaiClient } from '#dist/miners/openai/http/client.js'
import { ClientCache } from '#dist/miners/openai/http/client-cache.js'
import { ModelPool, type PoolOptions } from '#dist/miners/openai/pool/model-pool.js'
import { mostOfQuestion } from '#dist/miners/openai/request/most-tokens.js'
import type { ModelEndpoint } from '#dist/miners/openai/settings/endpoints.js'
import type { Asked, Outcome, Piece } from '#dist/plugin/miner.js'
import { asked, hello } from '../ask.ts'
import { RecordingLog } from './scripted.ts'

/** A pool of real calls; without jitter, so that what comes next is certain. */
export function pool(endpoints: readonly ModelEndpoint[], options: Partial<PoolOptions> = {}) {
  const clients = new ClientCache(openaiClient)
  const log = new RecordingLog()
  const refused = new RefusedParameters(log)
  const models = new ModelPool({
    endpoints,
    call: async function* (target, question, asked) {
      return yield* callModel(await clients.of(target), target, question, { ...asked, refused })
    },
    relay: async function* (target, question, asked) {
      return yield* relayModel(await clients.of(target), target, question, { ...asked, refused })
    },
    embed: async function* (target, texts, asked) {
      return yield* embedTexts(await clients.of(target), target, texts, asked)
    },
    most: (endpoint, question, { isRelay }) => mostOfQuestion(endpoint, question, { refused: new Set(), isRelay }),
    log,
    hedgeMs: null,
    shareIdentical: false,
    random: () => 0,
    ...options,
  })
  return {
    models,
    log,
    ask: (changes: Partial<Asked> = {}) => readAll(models.ask({ messages: hello }, asked(changes))),
  }
}

/** Reads a whole answer. */
export async function readAll(
  stream: AsyncGenerator<string | Piece, Outcome>,
): Promise<{ text: string; outcome: Outcome }> {
  let text = ''
  for (;;) {
    const step = await stream.next()
    if (step.done) return { text, outcome: step.value }
    text += typeof step.value === 'string' ? step.value : (step.value.text ?? '')
  }
}

/** Describes each attempt: its endpoint, and the code of its error. */
export function tried({ attempts }: { readonly attempts?: Outcome['attempts'] }): string[] {
  return (attempts ?? []).map(({ endpoint, error }) => (error === undefined ? endpoint : `${endpoint}: ${error}`))
}
