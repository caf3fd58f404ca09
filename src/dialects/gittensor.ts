import type { DialectPlugin, Sdk } from '../plugin/sdk.js'

/**
 * Subnet 74, "serving": a conversation in, the model server's own stream out, byte for byte, because validators hold
 * its tokens and logprobs against those of a reference copy.
 */
export const gittensor: DialectPlugin = ({ defineDialect, defineRoute, conversation, z, NoAnswer }) => {
  const hashed = [
    'messages',
    'model_id',
    { name: 'max_tokens', absent: '64' },
    { name: 'logprobs', absent: 'false' },
  ] as const
  // Validators count a refusal with these words, and one with "budget", neither for a miner nor against it (#1743).
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
    // What the reference grants a validator's permit: so many tokens in a tempo of 360 blocks.
    rate: { limit: 50_000, windowMs: 360 * 12_000 },
    cost: body => body.max_tokens,
    refusals: {
      QUEUE_FULL: busy,
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
      yield* saidBy(model, bytes, NoAnswer)
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
 * The stream, held back until a chunk names its model: a validator counts the words of any other as a wrong answer,
 * which costs more than none (gittensor/serving/stream.py StreamAssembler, validator/serving/forward.py).
 */
async function* saidBy(
  model: string,
  bytes: AsyncIterable<Uint8Array>,
  NoAnswer: Sdk['NoAnswer'],
): AsyncGenerator<Uint8Array, void> {
  const decoder = new TextDecoder()
  const held: Uint8Array[] = []
  let named: string | undefined
  let text = ''
  let size = 0
  for await (const piece of bytes) {
    if (named !== undefined) {
      yield piece
      continue
    }
    held.push(piece)
    size += piece.length
    text += decoder.decode(piece, { stream: true })
    const events = text.split('\n\n')
    text = events.pop()!
    named = events.map(modelOf).find(name => name !== undefined)
    if (named === undefined) {
      if (size > MAX_HELD) break
      continue
    }
    if (named !== model) {
      throw new NoAnswer('unsupported', `the validator asks for ${model}, and ${named} answers`, {
        code: 'OTHER_MODEL',
        hint: 'serve the model of the release, under the name that the release has',
        misuse: true,
      })
    }
    yield Buffer.concat(held)
  }
  if (named === undefined) {
    throw new NoAnswer('upstream', 'the stream has no chunk, between lines that end with LF, that names its model', {
      code: 'NO_MODEL_NAMED',
    })
  }
}

/** Bytes before the first chunk that names its model, comments among them; a server that writes a whole answer at once needs about 200 for each token. */
const MAX_HELD = 1024 * 1024

/** Undefined for an event that is no chunk, or does not say. */
function modelOf(event: string): string | undefined {
  for (const line of event.split('\n')) {
    if (!line.startsWith('data:')) continue
    try {
      const chunk: { readonly model?: unknown } | null = JSON.parse(line.slice('data:'.length))
      if (typeof chunk?.model === 'string' && chunk.model !== '') return chunk.model
    } catch {
      // [DONE], or what a validator leaves out, too
    }
  }
  return undefined
}
