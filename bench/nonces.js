// Measures the memory of remembered nonces: prints the megabytes per 100,000 nonces, for one to ten times as many.
import { NonceMemory } from '../dist/store/nonce-memory.js'
import { held } from './held.js'

const now = Date.now()
const store = () =>
  new NonceMemory({ salt: 'salt', floorNs: BigInt(now - 1000) * 1_000_000n, perCaller: 1e9, inAll: 1e9 })
spend(store(), 0) // warms up, so that compiled code is not counted
const nonces = store()
const steps = []
const before = held().heap
for (let step = 0; step < 10; step++) {
  spend(nonces, step)
  steps.push(Number(((held().heap - before) / (step + 1)).toFixed(2)))
}
console.log(JSON.stringify(steps))

/** Spends 100,000 nonces, spread over a minute as at 1,700 requests a second. */
function spend(nonces, step) {
  for (let at = 0; at < 100_000; at++) {
    const signedAtNs = BigInt(now) * 1_000_000n + BigInt(step * 100_000 + at) * 60_000n
    const caller = { countedAs: `hotkey-${at % 64}`, isStranger: false }
    const replayKey = `${caller.countedAs}:uuid:${signedAtNs}`
    nonces.spend({ replayKey, signedAtNs, keepMs: 64_000, sequence: null, legacy: null }, caller, now)
  }
}
