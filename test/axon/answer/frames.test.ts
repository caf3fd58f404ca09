import assert from 'node:assert/strict'
import { frames, textFrames } from '#dist/axon/answer/frames.js'
import type { Piece } from '#dist/plugin/miner.js'

const { signal } = new AbortController()

describe('frames', () => {
  it('says that a promise is no generator, and what to write; nobody hears how it ends', async () => {
    const forgotten = async () => {
      throw new Error('nobody hears this') // mocha fails the run if it is unhandled
    }
    const said = forgotten() as unknown as AsyncIterator<unknown>
    await assert.rejects(frames(said, 'sse', signal).next(), {
      code: 'DIALECT_MISBEHAVES',
      message: 'answer is not an async generator',
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

/** What goes on the wire for these texts. */
async function wired(...texts: string[]): Promise<Uint8Array[]> {
  const wired: Uint8Array[] = []
  for await (const piece of textFrames(iterate(texts))) wired.push(piece)
  return wired
}

async function* iterate(texts: string[]): AsyncGenerator<Piece> {
  for (const text of texts) yield { text }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Each by itself, as a validator decodes it; throws when one ends within a character. */
function decoded(chunks: Uint8Array[]): string[] {
  return chunks.map(chunk => strict.decode(chunk))
}

describe('pieces', () => {
  it('leaves a short text as it is, whatever is in it', async () => {
    const texts = ['Hel', 'lo\r\n', 'wörld', '👨‍👩‍👧', '\ufeff', 'שלום \u202e', 'e\u0301', '\0']
    assert.deepEqual(decoded(await wired(...texts)), texts)
  })

  for (const [name, character] of Object.entries({ 'one byte': 'x', two: 'ö', three: '€', four: '👋' })) {
    it(`cuts a megabyte of characters of ${name} between them, into pieces of about a kilobyte`, async () => {
      const text = `a${character.repeat(1024 * 1024)}`
      const cut = await wired(text)
      assert.equal(decoded(cut).join(''), text)
      for (const piece of cut) assert.ok(piece.length <= 1024)
      for (const piece of cut.slice(0, -1)) assert.ok(piece.length > 1020)
    })
  }

  it('ends what it reads when it is ended', async () => {
    let isEnded = false
    async function* endless() {
      try {
        for (;;) yield { text: 'a' }
      } finally {
        isEnded = true
      }
    }
    for await (const _ of textFrames(endless())) break
    assert.equal(isEnded, true)
  })
})
