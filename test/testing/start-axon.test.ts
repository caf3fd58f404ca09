import assert from 'node:assert/strict'
import type { DialectPlugin, Miner, MinerPlugin } from '#dist/index.js'
import { ask, Clock, startAxon } from '#dist/testing/index.js'

const shout: MinerPlugin = ({ defineMiner, z }) =>
  defineMiner({
    name: 'shout',
    summary: 'answers in capital letters',
    settings: z.object({ mark: z.string().min(1).default('!') }),
    rules: ({ mark }) => (mark === '?' ? [{ setting: 'mark', message: 'must not ask back' }] : []),
    create: ({ config }) => ({
      async *prompt({ messages }) {
        yield messages.at(-1)!.content.toUpperCase() + config.mark
        return { model: 'shout', finishReason: 'stop' }
      },
    }),
  })

const counting: DialectPlugin = ({ defineDialect, defineRoute, z }) => {
  const fields = { body: z.object({ word: z.string() }), hashed: ['word'], example: { word: 'hi', said: '' } } as const
  return defineDialect({
    name: 'counting',
    summary: 'says how often it was asked',
    follows: 'nobody/nothing@0000000',
    synapses: {
      Whole: defineRoute({
        ...fields,
        rate: { limit: 2, windowMs: 60_000 },
        async answer({ body, ask, state }) {
          const times = Number(state.get('times') ?? 0) + 1
          state.set('times', times, 30_000)
          const { text } = await ask({ messages: [{ role: 'user', content: body.word }] })
          return { said: `${text} ${times}`, word: 'changed' }
        },
      }),
      Bytes: defineRoute({
        ...fields,
        frames: 'bytes',
        async *answer() {
          yield Buffer.from([0xff, 0x00])
          yield Buffer.from([0xfe])
        },
      }),
      Broken: defineRoute({
        ...fields,
        frames: 'text',
        async *answer({ body }) {
          yield body.word
          throw new Error('it broke')
        },
      }),
      Fails: defineRoute({ ...fields, answer: () => Promise.reject(new Error('a mistake')) }),
    },
  })
}

describe('the testing kit: startAxon and ask', () => {
  it('asks a plugin with its settings, in the prompting dialect by default', async () => {
    await using axon = await startAxon({ miner: shout, config: { mark: '!!' } })
    const { status, message, fields, text } = await ask(axon, 'Prompting', { roles: ['user'], messages: ['hi'] })
    assert.deepEqual({ status, message, text }, { status: 200, message: 'Success', text: '' })
    assert.deepEqual(fields, { roles: ['user'], messages: ['hi'], completion: 'HI!!' })
  })

  it('sends the dialect’s example for fields missing from the body', async () => {
    await using axon = await startAxon({ miner: shout, dialect: 'prompting' })
    assert.equal((await ask(axon, 'Prompting')).fields.completion, 'WHAT IS TAO?!')
  })

  it('returns a stream as text', async () => {
    await using axon = await startAxon({ miner: shout })
    const { status, text, fields } = await ask(axon, 'StreamPrompting', { messages: ['hi'] })
    assert.deepEqual({ status, text }, { status: 200, text: 'HI!' })
    assert.equal(fields.completion, '')
  })

  it('returns the headers of the reply, whole or streamed, and none without a reply', async () => {
    const axon = await startAxon({ miner: shout })
    for (const [synapse, type] of [
      ['Prompting', 'application/json'],
      ['StreamPrompting', 'text/event-stream'],
    ] as const) {
      const { headers } = await ask(axon, synapse)
      assert.match(headers.get('content-type') ?? '', new RegExp(`^${type}`))
      assert.equal(headers.get('bt_header_axon_status_code'), '200')
    }
    await axon[Symbol.asyncDispose]()
    assert.deepEqual([...(await ask(axon, 'Prompting')).headers], [])
  })

  it('returns a stream as bytes', async () => {
    await using axon = await startAxon({ miner: shout, dialect: counting })
    assert.deepEqual((await ask(axon, 'Bytes')).bytes, Buffer.from([0xff, 0x00, 0xfe]))
  })

  it('returns the beginning of a stream that broke off, and collects the error', async () => {
    await using axon = await startAxon({ miner: shout, dialect: counting })
    const { status, text } = await ask(axon, 'Broken')
    assert.deepEqual({ status, text }, { status: 400, text: 'hi' })
    assert.deepEqual(axon.errors.map(String), ['Error: it broke'])
  })

  it('returns the fields that the dialect changed, even those that the SDK would keep', async () => {
    await using axon = await startAxon({ miner: shout, dialect: counting })
    assert.deepEqual((await ask(axon, 'Whole')).fields, { word: 'changed', said: 'HI! 1' })
  })

  it('signs with the given key, and returns a refusal as a reply', async () => {
    await using axon = await startAxon({ miner: shout })
    assert.equal((await ask(axon, 'Prompting', {}, { as: '//Ferdie' })).status, 200)
    const { status, fields } = await ask(axon, 'Prompting', {}, { as: '//Mallory' })
    assert.deepEqual({ status, completion: fields.completion }, { status: 403, completion: '' })
    assert.equal((await ask(axon, 'Nope')).status, 404)
    await assert.rejects(ask(axon, 'Prompting', {}, { as: '' }), { name: 'KeyError' })
  })

  it('records what the plugin logs while it answers, and drops fields that the example lacks', async () => {
    const logs: MinerPlugin = async sdk => ({
      ...(await shout(sdk)),
      create: ({ log }) => ({
        async *prompt() {
          log.info({ event: 'asked' })
          yield 'HI'
          return { model: 'm', finishReason: 'stop' }
        },
      }),
    })
    const extra: DialectPlugin = ({ defineDialect, defineRoute, z }) =>
      defineDialect({
        name: 'extra',
        summary: 'returns more than its class has',
        follows: 'nobody/nothing@0000000',
        synapses: {
          Extra: defineRoute({
            body: z.object({}),
            hashed: [],
            example: { said: '' },
            answer: async ({ ask }) => ({
              said: (await ask({ messages: [{ role: 'user', content: 'x' }] })).text,
              more: 1,
            }),
          }),
        },
      })
    await using axon = await startAxon({ miner: logs, dialect: extra })
    assert.deepEqual((await ask(axon, 'Extra')).fields, { said: 'HI' })
    assert.deepEqual(axon.records, [{ level: 'info', fields: { event: 'asked' } }])
  })

  it('collects the error when the caller sees only a number', async () => {
    await using axon = await startAxon({ miner: shout, dialect: counting })
    const { status, message } = await ask(axon, 'Fails')
    assert.equal(status, 500)
    assert.match(message!, /^Internal Server Error #/)
    assert.deepEqual(axon.errors.map(String), ['Error: a mistake'])
  })

  it('applies its clock to rates and a dialect’s remembered state', async () => {
    const clock = new Clock()
    await using axon = await startAxon({ miner: shout, dialect: counting, clock })
    assert.equal((await ask(axon, 'Whole')).fields.said, 'HI! 1')
    assert.equal((await ask(axon, 'Whole')).fields.said, 'HI! 2')
    const { status, headers } = await ask(axon, 'Whole')
    assert.deepEqual([status, headers.get('Retry-After')], [429, '30'])
    clock.advance(60_000)
    assert.equal((await ask(axon, 'Whole')).fields.said, 'HI! 1')
  })

  it('times out while waiting for a reply', async () => {
    const silent: MinerPlugin = ({ defineMiner, z }) =>
      defineMiner({
        name: 'silent',
        summary: 'says nothing',
        settings: z.object({}),
        create: () => ({
          async *prompt() {
            await new Promise(() => {})
            yield ''
            return { model: 'silent', finishReason: 'stop' }
          },
        }),
      })
    await using axon = await startAxon({ miner: silent })
    const { status } = await ask(axon, 'Prompting', {}, { timeoutMs: 200 })
    assert.ok(status === 504 || status === 408, `${status}`) // of the axon, which gives up first unless it is held up
  })

  it('accepts an existing miner, and closes only a miner that it created', async () => {
    let closed = 0
    const miner = {
      async *prompt() {
        yield 'as it is'
        return { model: 'made', finishReason: 'stop' }
      },
      close: async () => void closed++,
    }
    {
      await using axon = await startAxon({ miner })
      assert.equal((await ask(axon, 'Prompting')).fields.completion, 'as it is')
    }
    assert.equal(closed, 0)
    await (await startAxon({ miner: made(miner) }))[Symbol.asyncDispose]()
    assert.equal(closed, 1)
    const needy: DialectPlugin = sdk => ({ ...counting(sdk), needs: ['relay'] })
    await assert.rejects(startAxon({ miner: made(miner), dialect: needy }))
    assert.equal(closed, 2)
  })

  it('refuses invalid settings with the reason', async () => {
    await assert.rejects(startAxon({ miner: shout, config: { mark: '' } }), /^TypeError: shout\.mark must/s)
    await assert.rejects(
      startAxon({ miner: shout, config: { marc: '!' } }),
      /^TypeError: shout\.marc is not a setting \(try: use shout\.mark\)$/,
    )
    await assert.rejects(
      startAxon({ miner: shout, config: { mark: '?' } }),
      /^TypeError: shout\.mark must not ask back$/,
    )
  })

  it('refuses a plugin that the host would refuse', async () => {
    const nameless: MinerPlugin = async sdk => ({ ...(await shout(sdk)), summary: '' })
    await assert.rejects(startAxon({ miner: nameless }), /^TypeError: the miner shout is not a valid miner: summary/)
    const lame: DialectPlugin = sdk => ({ ...counting(sdk), synapses: {} })
    await assert.rejects(
      startAxon({ miner: shout, dialect: lame }),
      /^TypeError: the dialect .* is not a valid dialect: synapses/,
    )
  })

  it('refuses an unknown dialect, and one that needs a capability that the miner lacks', async () => {
    await assert.rejects(startAxon({ miner: shout, dialect: 'promptin' }), /no dialect promptin; .*prompting/)
    const needy: DialectPlugin = sdk => ({ ...counting(sdk), needs: ['tools'] })
    await assert.rejects(startAxon({ miner: shout, dialect: needy }), { code: 'MINER_LACKS' })
  })
})

/** A plugin of a miner. */
function made(miner: Miner): MinerPlugin {
  return ({ defineMiner, z }) =>
    defineMiner({ name: 'made', summary: 'as it is', settings: z.object({}), create: () => miner })
}
