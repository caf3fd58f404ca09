import type { DialectPlugin, Sdk } from '../plugin/sdk.js'

/**
 * Subnet 74, "serving": takes a conversation and relays the model server's own stream, byte for byte, because
 * validators compare its tokens and logprobs with those of a reference copy.
 */
export const gittensor: DialectPlugin = ({ defineDialect, defineRoute, conversation, z, NoAnswer }) => {
  const hashed = [
    'messages',
    'model_id',
    { name: 'max_tokens', absent: '64' },
    { name: 'logprobs', absent: 'false' },
  ] as const
  // Validators treat a refusal with this text, or with "budget" in it, as neutral for a miner's score (#1743).
  const busy = { status: 403, text: 'busy: all backend slots in use' }

  const InferenceSynapse = defineRoute({
    body: z.object({
      messages: z.array(z.object({ role: z.string(), content: z.string() })),
      model_id: z.string().max(256),
      max_tokens: z
        .int()
        .default(64)
        .transform(tokens => Math.min(Math.max(tokens, 1), 1024)),
      logprobs: z.boolean().default(false),
    }),
    hashed: [hashed, [...hashed, { name: 'release_id', absent: 'null' }]],
    frames: 'bytes',
    queue: 0,
    timeout: 60_000,
    // The reference's allowance for a validator permit: tokens per tempo of 360 blocks.
    rate: { limit: 50_000, windowMs: 360 * 12_000 },
    cost: body => body.max_tokens,
    refusals: {
      QUEUE_FULL: busy,
      DEADLINE_TOO_NEAR: busy,
      OVERLOADED: busy,
      BUSY: busy,
      BUDGET_USED: { status: 403, text: 'the token budget of this hotkey is used up' },
    },
    example: {
      messages: [{ role: 'user', content: 'Name three prime numbers.' }],
      model_id: 'qwen3.6-35b-a3b',
      max_tokens: 64,
      logprobs: true,
      completion: null,
      served_model_id: null,
      generation_ms: null,
      ttft_ms: null,
      decode_tps: null,
      tokens: null,
      token_ids: null,
      token_logprobs: null,
      finish_reason: null,
      usage: null,
    },
    async *answer({ body, ask }) {
      const { messages, model_id: model, max_tokens: maxTokens, logprobs } = body
      const { body: bytes } = await ask.relay({
        messages: conversation(
          messages.map(({ role }) => role),
          messages.map(({ content }) => content),
        ),
        model,
        maxTokens,
        temperature: 0,
        ...(logprobs && { logprobs: { top: 1 } }),
      })
      yield* checkModel(model, bytes, NoAnswer)
    },
  })

  return defineDialect({
    name: 'gittensor',
    summary: 'Gittensor serving (subnet 74): one model’s stream, relayed with its logprobs',
    follows: 'entrius/gittensor@1bb1513',
    needs: ['relay', 'logprobs'],
    caveat:
      'Validators compare tokens and logprobs with those of the release’s own runtime and GPU: without these the miner answers, but is not paid.',
    synapses: {
      InferenceSynapse,
      AttestSynapse: defineRoute({
        body: z.object({}),
        hashed: [],
        queue: false,
        example: { seed: 1, iters: 1, fill: false, devices: [], wall_ms: 0, queued_ms: 0, error: '' },
        answer: async () => ({ error: 'no attest_url on the release' }),
      }),
    },
  })
}

/**
 * Relays the stream, but holds it back until a chunk names its model: validators count output of another model as a
 * wrong answer, which costs more than no answer (gittensor/serving/stream.py StreamAssembler,
 * validator/serving/forward.py).
 *
 * @throws {NoAnswer} OTHER_MODEL · NO_MODEL_NAMED
 */
async function* checkModel(
  model: string,
  bytes: AsyncIterable<Uint8Array>,
  NoAnswer: Sdk['NoAnswer'],
): AsyncGenerator<Uint8Array, void> {
  const decoder = new TextDecoder()
  const held: Uint8Array[] = []
  let answering: string | undefined
  let text = ''
  let size = 0
  for await (const piece of bytes) {
    if (answering !== undefined) {
      yield piece
      continue
    }
    held.push(piece)
    size += piece.length
    text += decoder.decode(piece, { stream: true })
    const events = text.split('\n\n')
    text = events.pop()!
    answering = events.map(modelOf).find(name => name !== undefined)
    if (answering === undefined) {
      if (size > MAX_HELD) break
      continue
    }
    if (answering !== model) {
      throw new NoAnswer('unsupported', `the validator asks for ${model}, but ${answering} answers`, {
        code: 'OTHER_MODEL',
        hint: "serve the release's model, under the release's name",
        misuse: true,
      })
    }
    yield Buffer.concat(held)
  }
  if (answering === undefined) {
    throw new NoAnswer('upstream', 'no chunk of the stream, in lines that end with LF, names its model', {
      code: 'NO_MODEL_NAMED',
    })
  }
}

/**
 * Maximum number of bytes, comments included, before the first chunk that names the model. A server that sends a whole
 * answer in one chunk needs about 200 for each token.
 */
const MAX_HELD = 1024 * 1024

/** Returns the model that an event names; undefined for an event that is not a chunk or has no model. */
function modelOf(event: string): string | undefined {
  for (const line of event.split('\n')) {
    if (!line.startsWith('data:')) continue
    try {
      const chunk: { readonly model?: unknown } | null = JSON.parse(line.slice('data:'.length))
      if (typeof chunk?.model === 'string' && chunk.model !== '') return chunk.model
    } catch {
      // [DONE], or an event that validators skip, too
    }
  }
  return undefined
}
