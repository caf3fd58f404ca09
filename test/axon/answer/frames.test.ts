import assert from 'node:assert/strict'
import { frames } from '#dist/axon/answer/frames.js'

const { signal } = new AbortController()

describe('frames', () => {
  it('says that a promise is no generator, and what to write; nobody hears how it ends', async () => {
    const forgotten = async () => {
      throw new Error('nobody hears this') // mocha fails the run if it is unhandled
    }
    const said = forgotten() as unknown as AsyncIterator<unknown>
    await assert.rejects(frames(said, 'sse', signal).next(), {
      code: 'DIALECT_MISBEHAVES',
      message: 'answer is no async generator',
      hint: 'write: async *answer(…)',
    })
    await new Promise(setImmediate)
  })

  for (const [form, value, message, hint] of [
    ['sse', undefined, 'the dialect yielded undefined, which is not what sse is made of', 'yield JSON'],
    ['bytes', [5], 'the dialect yielded array, which is not what bytes is made of', 'yield a Uint8Array'],
  ] as const)
    it(`tells the type of what ${form} is not made of`, async () => {
      async function* odd() {
        yield value
      }
      await assert.rejects(frames(odd(), form, signal).next(), { code: 'DIALECT_MISBEHAVES', message, hint })
    })

  for (const [what, bytes, error] of [
    ['ends one that says nothing for ever, without a pause, when its time is over', 0, { name: 'TimeoutError' }],
    ['ends one that says more than 64 MiB', 1 << 20, { code: 'ANSWER_TOO_LONG' }],
  ] as const)
    it(what, async () => {
      async function* said() {
        for (;;) yield new Uint8Array(bytes)
      }
      const hear = async () => {
        for await (const _ of frames(said(), 'bytes', AbortSignal.timeout(300)));
      }
      await assert.rejects(hear, error)
    })
})
