import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { AXON, CLIENT_FOR, MINER, NoAnswer, openMiner } from '#dist/embed/index.js'
import type { MinerPlugin } from '#dist/index.js'
import type { Miner, MinerContext } from '#dist/plugin/miner.js'
import { answered, said, stalled, startModelServer } from '../support/model-server.ts'
import { alice, bob, send, signedRequest } from '../support/signed-request.ts'
import { keptLog } from './records.ts'

const secret = 'a-secret-of-the-program'
const question = { messages: [{ role: 'user', content: 'hi' }] } as const

function asked(signal: AbortSignal = AbortSignal.timeout(30_000)) {
  return { id: '1', signal, deadline: Date.now() + 30_000 }
}

/** A plugin whose miner has these methods; `shout.key` is a secret. */
const shout =
  (methods: (context: MinerContext<{ key?: string | undefined }>) => Partial<Miner>): MinerPlugin =>
  ({ defineMiner, z }) =>
    defineMiner({
      name: 'shout',
      summary: 'is for tests',
      settings: z.object({ key: z.string().optional().meta({ secret: true }) }),
      create: context => ({
        async *prompt() {
          yield 'HI'
          return { model: 'shout', finishReason: 'stop' }
        },
        ...methods(context),
      }),
    })

describe('the miner of openMiner', () => {
  it('has hints in words of the settings, in what it throws, reports and logs', async () => {
    await using model = await startModelServer(answered(401, { error: { message: 'no such key' } }))
    const { log, records } = keptLog()
    await using scope = await openMiner({
      settings: {
        openai: { baseUrl: model.url, apiKey: 'k' },
        axon: { host: '127.0.0.1', port: 0 },
        policy: { allow: [alice.address] },
      },
      hotkey: bob,
      log,
    })
    const miner = await scope.resolve(MINER)
    const hint = 'check settings.openai.apiKey, and that the key belongs to this endpoint'
    await assert.rejects(miner.prompt(question, asked()).next(), { name: 'NoAnswer', code: 'MODEL_KEY_REFUSED', hint })
    const reported: unknown[] = []
    const checks = await miner.check!(AbortSignal.timeout(30_000), { onCheck: check => reported.push(check) })
    assert.equal(checks[0]?.problem?.hint, hint)
    assert.deepEqual(reported, checks)
    const { url } = await scope.resolve(AXON)
    await send(url, signedRequest())
    const failed = records.find(({ event }) => event === 'failed')
    assert.equal((failed?.error as { hint?: string } | undefined)?.hint, hint)
  })

  it('is told of a missing key by ready, in words of the settings', async () => {
    await using scope = await openMiner()
    const miner = await scope.resolve(MINER)
    await assert.rejects(miner.ready!(), { code: 'MODEL_KEY_MISSING', hint: /^set settings\.openai\.apiKey, / })
  })

  it('ends its questions when the scope closes, and takes no more', async () => {
    await using model = await startModelServer(stalled(['a']))
    const scope = await openMiner({ settings: { openai: { baseUrl: model.url } } })
    const miner = await scope.resolve(MINER)
    const pieces = miner.prompt(question, asked())
    assert.deepEqual((await pieces.next()).value, 'a')
    const waiting = assert.rejects(pieces.next(), { name: 'ScopeError', code: 'SCOPE_CLOSED' })
    const relaying = assert.rejects(miner.relay!(question, asked()), { code: 'SCOPE_CLOSED' })
    await scope.close()
    await Promise.all([waiting, relaying])
    assert.deepEqual(await (await model.arrived(0)).over, { left: true })
    model.behaviour = said('late')
    await assert.rejects(miner.prompt(question, asked()).next(), { code: 'SCOPE_CLOSED' })
    await assert.rejects(miner.embed!(['x'], asked()), { code: 'SCOPE_CLOSED' })
    await assert.rejects(miner.check!(asked().signal), { code: 'SCOPE_CLOSED' })
  })

  it('ends a question with its signal, and the requests that a plugin makes for it', async () => {
    await using model = await startModelServer(stalled())
    const fetching = shout(({ fetch }) => ({
      async *prompt() {
        yield await (await fetch(model.url)).text()
        return { model: 'shout', finishReason: 'stop' }
      },
    }))
    await using scope = await openMiner({ use: fetching })
    const miner = await scope.resolve(MINER)
    const controller = new AbortController()
    const pieces = miner.prompt(question, asked(controller.signal))
    const ended = assert.rejects(pieces.next(), { message: 'enough' })
    const { over } = await model.arrived(0)
    controller.abort(new Error('enough'))
    await ended
    assert.deepEqual(await over, { left: true })
  })

  it('passes on all that a plugin’s miner has, and no more', async () => {
    const priority = () => 3
    await using scope = await openMiner({ use: shout(() => ({ priority })) })
    const miner = await scope.resolve(MINER)
    assert.deepEqual(Object.keys(miner).sort(), ['capabilities', 'close', 'priority', 'prompt', 'ready'])
    assert.equal(await miner.priority!({} as never), 3)
  })

  it('throws errors without secrets, in their causes, too', async () => {
    const cyclic = Object.assign(new Error(`cyclic ${secret}`), { hint: 'set --shout-key' })
    cyclic.cause = cyclic
    const thrown = [
      new Error('outer', { cause: new TypeError(`inner ${secret}`) }),
      new Error('outer', { cause: `text ${secret}` }),
      new Error('outer', { cause: { config: { key: secret } } }),
      new AggregateError([new Error(secret)], 'several'),
      new DOMException(`no use for ${secret}`, 'DataError'),
      Object.freeze(new RangeError(`frozen ${secret}`)),
      new NoAnswer('upstream', `no use for ${secret}`),
      cyclic,
    ]
    for (const error of thrown) {
      const failing = shout(() => ({
        async *prompt() {
          yield ''
          throw error
        },
      }))
      await using scope = await openMiner({ use: failing, settings: { shout: { key: secret } } })
      const pieces = (await scope.resolve(MINER)).prompt(question, asked())
      await pieces.next()
      const received = await pieces.next().then(
        () => assert.fail(),
        (one: Error) => one,
      )
      assert.equal(inspect(received, { depth: 9 }).includes(secret), false, inspect(received))
      assert.ok(received instanceof (error.constructor as typeof Error))
      assert.equal(received.name, error.name)
    }
    assert.equal(cyclic.hint, 'set settings.shout.key')
  })

  it('is blamed for a prompt that is no generator', async () => {
    const lame = shout(() => ({ prompt: (async () => 'HI') as never }))
    await using scope = await openMiner({ use: lame })
    const pieces = (await scope.resolve(MINER)).prompt(question, asked())
    await assert.rejects(pieces.next(), { code: 'MINER_MISBEHAVES' })
  })

  it('may be replaced by a promise that rejects, which rejects when it is resolved', async () => {
    const provide = [[MINER, Promise.reject(new Error('no miner'))]] as const
    await using scope = await openMiner({ provide })
    await new Promise(setImmediate)
    await assert.rejects(scope.resolve(MINER), { message: 'no miner' })
  })

  it('is refused where its replacement is none', async () => {
    const code = 'CONFIG_INVALID'
    await assert.rejects(openMiner({ provide: [[MINER, {} as never]] }), {
      code,
      message: 'provide[0] must be a miner, which has a function prompt',
    })
    await using scope = await openMiner({ provide: [[MINER, Promise.resolve({}) as never]] })
    await assert.rejects(scope.resolve(MINER), {
      code,
      message: 'the promise in provide must be a miner, which has a function prompt',
    })
    await assert.rejects(openMiner({ provide: [[CLIENT_FOR, 1 as never]] }), { code })
  })
})
