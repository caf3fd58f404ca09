import assert from 'node:assert/strict'
import type { Miner, MinerPlugin } from '#dist/index.js'
import { askMiner } from '#dist/testing/index.js'

/** Says what it was asked, and what it is set to. */
const parrot: MinerPlugin = ({ defineMiner, z }) =>
  defineMiner({
    name: 'parrot',
    summary: 'says what it was asked',
    settings: z.object({ times: z.int().default(1) }),
    create: ({ config, signal }) => ({
      async *prompt({ messages, seed }) {
        yield JSON.stringify({ messages, seed, times: config.times, ended: signal.aborted })
        return { model: 'parrot', finishReason: 'stop' }
      },
    }),
  })

describe('the testing kit: askMiner', () => {
  it('sends a string as a user message', async () => {
    const { text, outcome } = await askMiner(parrot, 'hi')
    assert.deepEqual(JSON.parse(text), { messages: [{ role: 'user', content: 'hi' }], times: 1, ended: false })
    assert.deepEqual(outcome, { model: 'parrot', finishReason: 'stop' })
  })

  it('passes on a conversation, settings and the other fields of a question', async () => {
    const messages = [{ role: 'system', content: 'Be brief.' }] as const
    const { text } = await askMiner(parrot, messages, { config: { times: 2 }, question: { seed: 7 } })
    assert.deepEqual(JSON.parse(text), { messages, seed: 7, times: 2, ended: false })
  })

  it('calls ready before, and aborts and closes the miner afterwards', async () => {
    const seen: string[] = []
    const plugin: MinerPlugin = async sdk => {
      const { create, ...definition } = await parrot(sdk)
      return {
        ...definition,
        async create(context) {
          context.signal.addEventListener('abort', () => seen.push('ended'))
          const { prompt } = await create(context)
          return { prompt, ready: async () => void seen.push('ready'), close: async () => void seen.push('closed') }
        },
      }
    }
    await askMiner(plugin, 'hi')
    assert.deepEqual(seen, ['ready', 'ended', 'closed'])
  })

  it('aborts and closes a miner whose ready rejects', async () => {
    const seen: string[] = []
    const plugin: MinerPlugin = async sdk => ({
      ...(await parrot(sdk)),
      create: ({ signal }) => ({
        async *prompt() {
          yield 'a'
          return { model: 'm', finishReason: 'stop' }
        },
        async ready() {
          throw new sdk.NoAnswer('unsupported', 'no key')
        },
        close: async () => void seen.push(`closed, ${signal.aborted ? 'ended' : 'not ended'}`),
      }),
    })
    await assert.rejects(askMiner(plugin, 'hi'), { message: 'no key' })
    assert.deepEqual(seen, ['closed, ended'])
  })

  it('validates the answer', async () => {
    const blank: Miner = {
      async *prompt() {
        yield ' '
        return { model: 'blank', finishReason: 'stop' }
      },
    }
    await assert.rejects(askMiner(blank, 'hi'), { name: 'NoAnswer', code: 'EMPTY_ANSWER' })
  })

  it('times out', async () => {
    const silent: Miner = {
      async *prompt() {
        await new Promise(() => {})
        yield ''
        return { model: 'silent', finishReason: 'stop' }
      },
    }
    await assert.rejects(askMiner(silent, 'hi', { timeoutMs: 50 }), { name: 'TimeoutError' })
  })

  it('refuses invalid settings', async () => {
    await assert.rejects(askMiner(parrot, 'hi', { config: { times: 'many' } }), /^TypeError: parrot\.times must be/s)
  })

  it('refuses settings that the host cannot read', async () => {
    const leaky: MinerPlugin = async sdk => {
      const { z } = sdk
      return { ...(await parrot(sdk)), settings: z.object({ apiKey: z.string().optional().meta({ secert: true }) }) }
    }
    await assert.rejects(askMiner(leaky, 'hi'), {
      name: 'TypeError',
      message: 'the miner parrot has invalid settings: parrot.apiKey: .meta() has no key "secert"; use secret',
    })
  })
})
