// `npm run fuzz:sr25519`: compares the check of signatures with that of other libraries, a million times. Takes some minutes,
// and throws for the first case that differs.
import { parseArgs } from 'node:util'
import { createVerifier } from '#dist/keys/verifier.js'
import { agree, type Tally } from './agree.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    cases: { type: 'string', default: '1000000' },
  },
})
const [seed, cases] = [Number(values.seed), Number(values.cases)]
const BLOCK = 10_000

process.stdout.write(`fuzz:sr25519: seed ${seed}\n`)
const tally: Tally = new Map()
const verifier = createVerifier({
  onPanic: cause => {
    throw cause
  },
})
for (let from = 0; from < cases; from += BLOCK) {
  agree(verifier, { seed, from, to: Math.min(from + BLOCK, cases), every: 1_000, tally })
}
for (const [kind, { drawn, held }] of tally) process.stdout.write(`${drawn} times ${kind}: ${held} hold\n`)
