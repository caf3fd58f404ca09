import { boundedFetch } from '../plugin/run/bounded-fetch.js'
import { signJson } from './answer/sign-json.js'
import type { AxonContext } from './context.js'
import type { Limits } from './limits.js'
import type { AxonOptions } from './options.js'
import { ping } from './stages/match.js'
import { CallerState } from './state/caller-state.js'
import { FailedProofs } from './state/failed-proofs.js'
import { FirstWords } from './state/first-words.js'
import { LoopDelay } from './state/loop-delay.js'
import { RateLimiter } from './state/rate-limiter.js'
import { RisingNonces } from './state/rising-nonces.js'
import { Scheduler } from './state/scheduler.js'
import { SignatureQueue } from './state/signature-queue.js'
import { SpentNonces } from './state/spent-nonces.js'
import { Weights } from './state/weights.js'

/** What `serveAxon` knows of the axon that it opens. */
type AxonLife = {
  readonly id: string
  readonly limits: Limits
  readonly now: () => number
  readonly isDraining: () => boolean
  /** aborts when the axon ends, and with it what a dialect still fetches */
  readonly ended: AbortSignal
}

/** Makes what all requests of one axon share: its routes, its rules, and what it remembers between requests. */
export function openContext(options: AxonOptions, { id, limits, now, isDraining, ended }: AxonLife): AxonContext {
  const { dialect } = options
  return {
    axon: id,
    hotkey: options.hotkey,
    wires: options.wires,
    dialect: {
      name: dialect.name,
      routes: new Map([['Synapse', ping], ...Object.entries(dialect.synapses)]),
      plain: new Map(Object.entries(dialect.routes ?? {})),
    },
    rules: options.rules,
    standings: options.standings,
    verification: {
      receiver: options.hotkey,
      checks: new SignatureQueue({ verify: options.verify, limit: limits.pendingChecks }),
      failedProofs: new FailedProofs({
        burst: limits.failedProofs,
        perSecond: limits.failedProofsPerSecond,
        isExempt: () => false,
        now,
      }),
      rising: dialect.nonces === 'rising' ? { known: new RisingNonces(), strangers: new RisingNonces() } : null,
      nonces: new SpentNonces({ startedAtMs: now(), perCaller: limits.noncesPerCaller, inAll: limits.noncesInAll }),
      now,
    },
    scheduler: new Scheduler(options),
    weights: new Weights(),
    loopDelay: new LoopDelay(ended),
    loopDelayLimitMs: limits.loopDelayMs,
    firstWords: new FirstWords(),
    miner: options.miner,
    minerName: options.minerName,
    onHookFailed: options.onHookFailed,
    rateLimiters: { hotkeys: new RateLimiter(now), addresses: new RateLimiter(now) },
    states: { admitted: new CallerState(now), strangers: new CallerState(now) },
    sign: signJson(options.sign),
    fetch: boundedFetch(ended),
    maxBody: options.maxBody,
    maxTimeoutMs: options.maxTimeoutMs,
    marginMs: options.marginMs,
    mayCut: options.mayCut,
    isDraining,
    chainState: options.chainState,
    now,
  }
}
