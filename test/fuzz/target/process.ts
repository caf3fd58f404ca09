// The process that is fuzzed: an axon for each dialect, as `miner serve` opens it, with short time-outs. It reports to its
// parent what each miner was asked, and every error that no caller may cause.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { inspect } from 'node:util'
import { observe } from '#dist/axon/events.js'
import { eastworld } from '#dist/dialects/eastworld.js'
import { gittensor } from '#dist/dialects/gittensor.js'
import { prompting } from '#dist/dialects/prompting.js'
import { readyai } from '#dist/dialects/readyai.js'
import { decodeAddress } from '#dist/keys/ss58.js'
import { VerifierThread } from '#dist/keys/verifier-thread.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { allowList } from '#dist/policy/lists.js'
import { developmentAxon } from '#dist/testing/start-axon.js'
import { Refusal } from '#dist/wires/refusal.js'
import { synapseWire } from '#dist/wires/synapse/wire.js'
import { sdk } from '../../support/sdk.ts'
import { ALLOWED, keys, LEGACY } from '../keys.ts'
import { isDefect, withDefect } from './defects.ts'
import { askedQuestion, type FromTarget } from './messages.ts'
import { Recorder } from './recorder.ts'
import { typed } from './typed-dialect.ts'

const report = (message: FromTarget) => process.send!(message)
const onError = (error: unknown) => report({ kind: 'error', text: inspect(error) })
process.on('uncaughtException', error => report({ kind: 'error', text: `uncaught: ${inspect(error)}` }))
process.on('unhandledRejection', error => report({ kind: 'error', text: `unhandled: ${inspect(error)}` }))
process.on('disconnect', () => process.exit())

/** So that each case ends soon. */
const QUICK = { headersMs: 1_500, requestMs: 3_000, keepAliveMs: 3_000, writeMs: 3_000 }
/** So that no defence turns the cases away before they are looked at. */
const UNMOVED = { failedProofs: 1e9, loopDelayMs: 1e9 }

const [defect = ''] = process.argv.slice(2)
const verifier = new VerifierThread({ onPanic: onError, onFailure: onError })
const allow = ALLOWED.map(uri => keys[uri].address)
const ports: Record<string, number> = {}
for (const plugin of [prompting, gittensor, eastworld, readyai, typed]) {
  const dialect = plugin(sdk)
  const axon = await developmentAxon({
    dialect,
    miner: new Recorder((question, { caller }) =>
      report({ kind: 'asked', question: askedQuestion(dialect.name, question, caller) }),
    ),
    minerName: 'recorder',
    rules: [allowList(allow, { hasChain: false })],
    standings: () => 'unregistered',
    wires: [isDefect(defect) ? withDefect(synapseWire, defect) : synapseWire],
    verify: checks =>
      verifier.verify(checks.map(({ hotkey, ...signed }) => ({ publicKey: decodeAddress(hotkey), ...signed }))),
    legacyNonces: LEGACY.has(dialect.name),
    onError,
    concurrency: 64,
    queue: 256,
    maxBody: 64 * 1024,
    limits: { ...QUICK, ...UNMOVED },
  })
  ports[dialect.name] = axon.port
}

// The miners here never fail, so an answer that fails shows a bug, even if its caller has left. A dialect may decline.
observe(
  'failed',
  ({ error, ...record }) => {
    const isHonest = error instanceof Refusal || error instanceof NoAnswer
    if (!isHonest || record.status === 500) onError(error)
  },
  onError,
)

// A turn is as long as the processor time in it, because a busy machine makes this process wait, too.
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()
let used = process.cpuUsage()
setInterval(() => {
  const { user, system } = process.cpuUsage(used)
  used = process.cpuUsage()
  report({
    kind: 'alive',
    delayMs: Math.min(delay.max / 1e6, (user + system) / 1e3),
    rss: process.memoryUsage.rss() / 1e6,
  })
  delay.reset()
}, 250)
report({ kind: 'ready', ports })
