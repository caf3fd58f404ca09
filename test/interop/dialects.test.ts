import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { eastworld } from '#dist/dialects/eastworld.js'
import { gittensor } from '#dist/dialects/gittensor.js'
import { readyai } from '#dist/dialects/readyai.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import type { DialectPlugin } from '#dist/plugin/sdk.js'
import { startDialect, type ToldMiner } from '../dialects/start-dialect.ts'
import { runPython } from '../support/python.ts'
import { sdk } from '../support/sdk.ts'

/** What the SDK made of a reply, after pydantic has looked at it. */
type Answer = {
  readonly status_code: number
  readonly status_message: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly types: Readonly<Record<string, string>>
  readonly deserialized?: unknown
  readonly bytes?: string
  readonly signed?: boolean
}

/** Asks once with the dialect's example, and once for each change of it. */
async function ask(
  plugin: DialectPlugin,
  synapse: string,
  prepare: (miner: ToldMiner) => void,
  { changes = [{}], flags = [] }: { changes?: readonly object[]; flags?: readonly string[] } = {},
) {
  await using started = await startDialect(plugin)
  prepare(started.miner)
  const { example } = plugin(sdk).synapses[synapse]!
  const input = changes.map(change => `${JSON.stringify({ synapse, fields: { ...example, ...change } })}\n`).join('')
  const args = ['--port', String(started.axon.port), '--axon-hotkey', started.axon.hotkey, ...flags]
  const heads: string[][] = []
  const see = (message: unknown) => heads.push((message as { request: IncomingMessage }).request.rawHeaders)
  subscribe('http.server.request.start', see)
  try {
    const answers = (await runPython('10.4.1', 'dialects.py', args, { input })) as Answer[]
    assert.equal(answers.length, changes.length)
    return { answers, announced: announced(heads[0]!), questions: started.miner.questions }
  } finally {
    unsubscribe('http.server.request.start', see)
  }
}

/** The headers in which a dendrite announces the required fields, by field. */
function announced(rawHeaders: readonly string[]): Record<string, string> {
  const start = 'bt_header_input_obj_'
  return Object.fromEntries(
    rawHeaders.flatMap((name, at) => (name.startsWith(start) ? [[name.slice(start.length), rawHeaders[at + 1]!]] : [])),
  )
}

describe('the dendrite of SDK 10.4.1', () => {
  const model = 'qwen3.6-35b-a3b'
  const stream = Buffer.from(
    [
      `{"id":"c1","object":"chat.completion.chunk","created":1756400000,"model":"${model}","choices":[{"index":0,"delta":{"role":"assistant","content":"2 \u{1f600}"},"logprobs":{"content":[{"token":"2 \u{1f600}","logprob":-0.01,"bytes":[50]}]},"finish_reason":null}]}`,
      `{"id":"c1","object":"chat.completion.chunk","created":1756400000,"model":"${model}","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":9,"total_tokens":21,"ttft_ms":26.0}}`,
      '[DONE]',
    ]
      .map(data => `data: ${data}\n\n`)
      .join(''),
  )

  it('gets a stream of gittensor byte for byte', async () => {
    const { answers, announced } = await ask(
      gittensor,
      'InferenceSynapse',
      miner => {
        miner.relays = async function* () {
          for (let at = 0; at < stream.length; at += 50) yield stream.subarray(at, at + 50)
        }
      },
      { changes: [{}, { messages: [{ role: 'user', content: 'It\'s a "naïve" \u{1f600}\n' }], logprobs: false }] },
    )
    for (const { status_code, bytes } of answers) {
      assert.equal(status_code, 200)
      assert.ok(Buffer.from(bytes!, 'base64').equals(stream))
    }
    assert.deepEqual(announced, { messages: 'W10=', model_id: 'IiI=' })
  })

  it('gets no event of gittensor when all is busy, and the first ones when the stream breaks off', async () => {
    const broken = await ask(gittensor, 'InferenceSynapse', miner => {
      miner.relays = async function* () {
        yield stream.subarray(0, 400)
        throw new NoAnswer('upstream', 'broke off')
      }
    })
    assert.notEqual(broken.answers[0]!.status_code, 200)
    assert.ok(Buffer.from(broken.answers[0]!.bytes!, 'base64').equals(stream.subarray(0, 400)))
    const busy = await ask(gittensor, 'InferenceSynapse', miner => {
      miner.relays = () => {
        throw new NoAnswer('busy', 'told to wait')
      }
    })
    assert.partialDeepStrictEqual(busy.answers, [
      { status_code: 403, status_message: 'busy: all backend slots in use' },
    ])
    // The SDK gives the body of a refusal on as if it were the stream; a validator looks for events in it.
    assert.doesNotMatch(Buffer.from(busy.answers[0]!.bytes!, 'base64').toString(), /data:/)
  })

  it('hears that gittensor does not attest', async () => {
    const { answers } = await ask(gittensor, 'AttestSynapse', () => {})
    assert.partialDeepStrictEqual(answers, [{ status_code: 200, fields: { error: 'no attest_url on the release' } }])
  })

  it('gets the tags of readyai', async () => {
    const { answers, announced } = await ask(readyai, 'CgSynapse', miner => {
      miner.says = () => 'Skiing, winter sports, naïve alps'
    })
    const output = [{ tags: ['skiing', 'winter sports', 'naïve alps'], vectors: null }]
    assert.equal(answers[0]!.status_code, 200)
    assert.deepEqual(answers[0]!.deserialized, output)
    assert.deepEqual(answers[0]!.fields.cgp_input, readyai(sdk).synapses.CgSynapse!.example.cgp_input)
    assert.deepEqual(announced, { cgp_input: 'W10=' })
  })

  it('gets an error of readyai, and no output, when there is none', async () => {
    const { answers } = await ask(readyai, 'CgSynapse', miner => {
      miner.says = () => 'a'
    })
    assert.partialDeepStrictEqual(answers, [{ status_code: 502, fields: { cgp_output: null } }])
  })

  it('gets the action of eastworld, and all its fields in their types', async () => {
    const { answers, announced } = await ask(
      eastworld,
      'Observation',
      miner => {
        const call = {
          index: 0,
          id: '1',
          name: 'move_in_direction',
          arguments: '{"direction": "north", "distance": 10}',
        }
        miner.says = () => ({ toolCalls: [call] })
      },
      { changes: [{}, { action_space: [] }] },
    )
    const { example } = eastworld(sdk).synapses.Observation!
    const action = [{ name: 'move_in_direction', arguments: { direction: 'north', distance: 10 } }]
    assert.equal(answers[0]!.status_code, 200)
    assert.deepEqual(answers[0]!.fields, { ...example, action })
    assert.equal(answers[0]!.types.reward, 'float')
    assert.partialDeepStrictEqual(answers[1], { status_code: 200, fields: { action: [] } })
    const list = 'W10='
    assert.deepEqual(announced, {
      stats: 'e30=',
      items: list,
      action_log: list,
      action_space: list,
      action: list,
      reward: 'MC4w',
    })
  })

  for (const [what, flags] of [
    ['announced', ['--announce-null']],
    ['not announced, as the SDK does', []],
  ] as const)
    it(`gets several fields and a signature that holds, where required fields are null and ${what}`, async () => {
      const say = (miner: ToldMiner) => {
        miner.says = () => 'b'
      }
      const { answers, announced } = await ask(bitrecs, 'BitrecsRequest', say, { flags })
      assert.partialDeepStrictEqual(answers, [
        {
          status_code: 200,
          signed: true,
          fields: {
            results: ['{"sku": "b"}'],
            models_used: ['naïve'],
            context: '[]',
            user: '',
            query: 'a',
            site_key: null,
          },
        },
      ])
      const text = 'IiI='
      const none = flags.length > 0 ? 'bnVsbA==' : undefined
      assert.deepEqual(
        [
          'created_at',
          'user',
          'query',
          'context',
          'site_key',
          'results',
          'models_used',
          'miner_uid',
          'miner_hotkey',
        ].map(field => announced[field]),
        [text, text, text, text, none, none, none, none, none],
      )
    })
})

/** Subnet 122, as far as its fields and its signature go. */
const bitrecs: DialectPlugin = ({ defineDialect, defineRoute, z }) =>
  defineDialect({
    name: 'bitrecs',
    summary: 'Bitrecs (subnet 122)',
    follows: 'bitrecs/bitrecs-subnet@74bdaad',
    synapses: {
      BitrecsRequest: defineRoute({
        body: z.object({ query: z.string().nullable(), num_results: z.int(), site_key: z.string().nullable() }),
        hashed: [],
        example: {
          created_at: '2026-01-02T03:04:05',
          user: 'u',
          num_results: 1,
          query: 'a',
          context: '[{"sku": "b", "name": "B", "price": "1"}]',
          site_key: null,
          results: null,
          models_used: null,
          miner_uid: null,
          miner_hotkey: null,
          miner_signature: null,
          verified_proof: null,
        },
        async answer({ body, ask, caller, receiver, sign }) {
          const { text } = await ask({ messages: [{ role: 'user', content: String(body.query) }] })
          const results = [`{"sku": "${text}"}`]
          const ours = {
            created_at: '2026-01-02T03:04:06',
            models_used: ['naïve'],
            miner_uid: '7',
            miner_hotkey: receiver,
            results,
            verified_proof: { ключ: [1, null, true] },
          }
          const payload = {
            ...body,
            ...ours,
            name: 'BitrecsRequest',
            axon_hotkey: receiver,
            dendrite_hotkey: caller.kind === 'signed' ? caller.hotkey : '',
          }
          const miner_signature = sign(payload, { digest: 'sha256', sortKeys: true })
          return { ...ours, miner_signature, context: '[]', user: '' }
        },
      }),
    },
  })
