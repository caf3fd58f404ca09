// What the check of a signature costs, beside the same check by the library that axons used before, in turns on one thread.
import { createHash } from 'node:crypto'
import { keypairFromMiniSecret } from '../dist/keys/keypair.js'
import { createVerifier } from '../dist/keys/verifier.js'
import { verifyBySchnorrkel } from '../test/support/schnorrkel-verifier.ts'

const BATCH = 8
const TURNS = 600

/** Measures each case. @returns by case, µs a check, now and before (medians of all turns), and the ratio */
export function checks() {
  const callers = keypairs(64)
  const strangers = keypairs(5_000)
  const cases = {
    '64 callers, batches of 8': { signers: callers, size: BATCH },
    '64 callers, one at a time': { signers: callers, size: 1 },
    '5,000 fresh keys, batches of 8': { signers: strangers, size: BATCH },
    'forged for 64 callers, batches of 8': { signers: callers, size: BATCH, isForged: true },
    'forged for 5,000 fresh keys, batches of 8': { signers: strangers, size: BATCH, isForged: true },
  }
  return Object.fromEntries(Object.entries(cases).map(([name, how]) => [name, measured(how)]))
}

function measured({ signers, size, isForged = false }) {
  const signed = signers.map(({ publicKey, sign }, at) => {
    const text = Buffer.from(`${at}`.padEnd(230, 'x'))
    return { publicKey, text: isForged ? Buffer.concat([text, Buffer.of(0)]) : text, signature: sign(text) }
  })
  const { verify } = createVerifier({
    onPanic: error => {
      throw error
    },
  })
  // So that the 64 have signed often, and the 5,000 once.
  const rounds = signers.length > BATCH * 16 ? 1 : 40
  for (let round = 0; round < rounds; round++) for (const batch of batches(signed, BATCH)) expect(verify(batch))
  const times = { now: [], before: [] }
  const all = batches(signed, size)
  for (let turn = 0; turn < TURNS; turn++) {
    const batch = all[turn % all.length]
    times.now.push(timed(() => expect(verify(batch))) / size)
    times.before.push(timed(() => expect(batch.map(verifyBySchnorrkel))) / size)
  }
  const [now, before] = [median(times.now), median(times.before)]
  return { 'µs now': round(now), 'µs before': round(before), ratio: Number((now / before).toFixed(2)) }

  function expect(verdicts) {
    if (verdicts.some(holds => holds === isForged)) throw new Error('a verdict is wrong')
  }
}

function keypairs(count) {
  return Array.from({ length: count }, (_, at) => keypairFromMiniSecret(createHash('sha256').update(`${at}`).digest()))
}

function batches(all, size) {
  return Array.from({ length: Math.floor(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))
}

/** µs */
function timed(work) {
  const startedAt = performance.now()
  work()
  return (performance.now() - startedAt) * 1000
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]
}

function round(value) {
  return Number(value.toFixed(1))
}
