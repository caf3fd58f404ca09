import assert from 'node:assert/strict'
import { frames } from '#dist/axon/frames.js'

describe('frames', () => {
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
