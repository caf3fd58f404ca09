import assert from 'node:assert/strict'
import { pieces } from '#dist/axon/answer/pieces.js'
import type { Piece } from '#dist/plugin/miner.js'

/** What goes on the wire for these texts. */
async function wired(...texts: string[]): Promise<Uint8Array[]> {
  const wired: Uint8Array[] = []
  for await (const piece of pieces(iterate(texts))) wired.push(piece)
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
    for await (const _ of pieces(endless())) break
    assert.equal(isEnded, true)
  })
})
