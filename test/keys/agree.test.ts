import assert from 'node:assert/strict'
import { createVerifier } from '#dist/keys/verifier.js'
import { agree, type Tally } from './agree.ts'

const CASES = 20_000
const BLOCK = 1_000

describe('the check of signatures', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const verifier = createVerifier({ onPanic: assert.ifError })
  const tally: Tally = new Map()

  for (let from = 0; from < CASES; from += BLOCK) {
    it(`agrees with other libraries in cases ${from} to ${from + BLOCK - 1} of seed ${seed}`, () => {
      agree(verifier, { seed, from, to: from + BLOCK, every: 40, tally })
    })
  }

  it('was tried with all kinds, of which the good ones hold', () => {
    assert.equal(tally.size, 19)
    for (const [kind, { drawn, held }] of tally) {
      assert.ok(drawn > 300, `${kind}: ${drawn}`)
      if (kind === 'good' || kind === 'a text in <Bytes>') assert.equal(held, drawn, kind)
      else assert.ok(held < drawn / 10, `${kind}: ${held} of ${drawn} hold`)
    }
  })
})
