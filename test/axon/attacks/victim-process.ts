// The axon that is attacked, in a process of its own, so that its memory is its own. It keeps the limits of `miner serve`, but
// for those that its argument overrides.
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeAddress } from '#dist/keys/ss58.js'
import { VerifierThread } from '#dist/keys/verifier-thread.js'
import type { Miner } from '#dist/plugin/miner.js'
import { startAxon } from '../../support/start-axon.ts'
import { admitted, GOOD } from './callers.ts'
import type { FromVictim, VictimOptions } from './victim.ts'

const { modelMs = 0, streamed = 0, ...options }: VictimOptions = JSON.parse(process.argv[2] ?? '{}')
const report = (message: FromVictim) => process.send!(message)
const fail = (error: unknown) => {
  throw error
}
process.on('disconnect', () => process.exit())

/** Takes its time, and answers only attackers at length. */
const miner: Miner = {
  async *prompt(_, { signal, caller }) {
    await sleep(modelMs, undefined, { signal })
    if (caller === GOOD.address) yield 'fine'
    else for (let at = 0; at < streamed; at++) yield '€'.repeat(16 * 1024)
    yield '.'
    return { model: 'slow', finishReason: 'stop' }
  },
}

const verifier = new VerifierThread({ onPanic: fail, onFailure: fail })
const known = new Set(admitted.map(({ address }) => address))
const axon = await startAxon({
  miner,
  rules: [hotkey => (known.has(hotkey) ? { allow: true } : { allow: false, reason: 'hotkey not registered' })],
  standings: hotkey => (known.has(hotkey) ? { uid: 0, stakeRao: 1_000_000_000n, hasPermit: true } : 'unregistered'),
  verify: checks =>
    verifier.verify(checks.map(({ hotkey, ...signed }) => ({ publicKey: decodeAddress(hotkey), ...signed }))),
  ...options,
})

let peak = 0
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 20).unref()
process.on('message', () => {
  report({ kind: 'state', peakRss: peak / 1e6, load: axon.load() })
  peak = process.memoryUsage.rss()
})
report({ kind: 'ready', port: axon.port })
