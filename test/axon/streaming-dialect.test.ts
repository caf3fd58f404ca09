import assert from 'node:assert/strict'
import { prompting } from '#dist/dialects/prompting.js'
import type { DialectDefinition } from '#dist/plugin/dialect.js'
import type { Miner } from '#dist/plugin/miner.js'
import { sdk } from '../support/sdk.ts'
import { bytesOf } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { assertRefused } from './assert-refused.ts'
import { RawConnection } from './raw-connection.ts'
import { realSockets } from './real-sockets.ts'
import { streamRequest } from './start-stream.ts'
import { told } from './told.ts'

describe('a dialect that streams', () => {
  realSockets()

  /** An axon whose only synapse answers so. */
  async function askDialect(answer: unknown, options: { miner?: Miner } = {}) {
    const { synapses, ...dialect } = prompting(sdk)
    const route = { ...synapses.StreamPrompting!, answer } as DialectDefinition['synapses'][string]
    const axon = await startAxon({ dialect: { ...dialect, synapses: { StreamPrompting: route } }, ...options })
    const caller = await RawConnection.open(axon.port)
    caller.write(bytesOf(streamRequest({ synapse: 'StreamPrompting' })))
    return {
      axon,
      caller,
      async [Symbol.asyncDispose]() {
        caller[Symbol.dispose]()
        await axon[Symbol.asyncDispose]()
      },
    }
  }

  for (const [what, pieces] of [
    ['nothing', []],
    ['white space', [' ', '\n']],
    ['a number', [5]],
    ['null', [null]],
    ['a call of a tool alone', [{ toolCalls: [{ index: 0, name: 'move' }] }]],
  ] as const) {
    it(`is not believed: ${what} is a 502`, async () => {
      await using asked = await askDialect(async function* () {
        yield* pieces
      })
      assertRefused(await asked.caller.reply(), 502, 'The model behind this miner failed')
    })
  }

  it('is not believed: what is no generator is a 502', async () => {
    await using asked = await askDialect(async () => ({ completion: 'a' }))
    assertRefused(await asked.caller.reply(), 502, /^The model behind this miner failed$/)
  })

  it('is not waited for when it is stuck, not even in its end', async () => {
    const miner: Miner = {
      async *prompt(_, { signal }) {
        yield 'a'
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        return { model: 'm', finishReason: 'stop' }
      },
    }
    await using asked = await askDialect(
      async function* ({ ask, body }: { ask: (question: unknown) => Promise<unknown>; body: unknown }) {
        void ask(body) // its rejection is nobody's
        try {
          yield 'a'
          await new Promise(() => {})
        } finally {
          await new Promise(() => {})
        }
      },
      { miner },
    )
    await asked.caller.head()
    const cancelled = told(asked.axon, 'cancelled')
    asked.caller.socket.end()
    await cancelled
    assert.equal(await asked.axon.drain(1_000), true)
  })

  it('leaves no question open that it did not hear to its end', async () => {
    const isTold = Promise.withResolvers<void>()
    const miner: Miner = {
      async *prompt(_, { signal }) {
        signal.addEventListener('abort', () => isTold.resolve())
        yield 'a'
        await new Promise(() => {})
        return { model: 'm', finishReason: 'stop' }
      },
    }
    await using asked = await askDialect(
      async function* ({ ask, body }: { ask: { stream(question: unknown): AsyncGenerator<unknown> }; body: unknown }) {
        await ask.stream(body).next()
        yield 'enough'
      },
      { miner },
    )
    await asked.caller.head()
    assert.equal((await asked.caller.chunks()).isWhole, true)
    await isTold.promise
  })
})
