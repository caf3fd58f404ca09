import { boundedFetch } from '../plugin/run/bounded-fetch.js'
import { MemoryStore } from '../store/memory-store.js'
import { steadyNow } from '../store/steady-instant.js'
import { signJson } from './answer/sign-json.js'
import type { AxonContext } from './context.js'
import { type Limits, nonceCaps } from './limits.js'
import type { AxonOptions } from './options.js'
import { ping } from './stages/match.js'
import { CallerState } from './state/caller-state.js'
import { ClaimCounts } from './state/claim-counts.js'
import { FailedProofs } from './state/failed-proofs.js'
import { FirstWords } from './state/first-words.js'
import { LoopDelay } from './state/loop-delay.js'
import { RateLimiter } from './state/rate-limiter.js'
import { Scheduler } from './state/scheduler.js'
import { SignatureQueue } from './state/signature-queue.js'
import { WaitingCalls } from './state/waiting-calls.js'
import { Weights } from './state/weights.js'

/** What `serveAxon` knows of the axon that it opens. */
type AxonLife = {
  readonly id: string
  readonly limits: Limits
  readonly now: () => number
  readonly isDraining: () => boolean
  readonly isTrustedProxy: (address: string) => boolean
  /** aborts when the axon ends, and with it what a dialect still fetches */
  readonly ended: AbortSignal
}

/** Makes what all requests of one axon share: its routes, its rules, and what it remembers between requests. */
export function openContext(
  options: AxonOptions,
  { id, limits, now, isDraining, isTrustedProxy, ended }: AxonLife,
): AxonContext {
  const { dialect } = options
  const claims = new ClaimCounts(now)
  // A test's clock is not set.
  const clocks = options.now ? { now } : { now, steady: steadyNow }
  return {
    axon: id,
    hotkey: options.hotkey,
    wires: options.wires,
    dialect: {
      name: dialect.name,
      routes: new Map([['Synapse', ping], ...Object.entries(dialect.synapses)]),
      plain: new Map(Object.entries(dialect.routes ?? {})),
    },
    policy: options.policy,
    standings: options.standings,
    verification: {
      receiver: options.hotkey,
      checks: new SignatureQueue({
        verify: options.verify,
        batch: options.verifyBatch,
        limit: limits.pendingChecks,
      }),
      claims,
      failedProofs: new FailedProofs({
        claims,
        burst: limits.failedProofs,
        perSecond: limits.failedProofsPerSecond,
        isExempt: isTrustedProxy,
        now,
      }),
      rising: dialect.nonces === 'rising',
      legacyNonces: options.legacyNonces ?? false,
      nonces: options.nonces ?? new MemoryStore({ ...nonceCaps(limits), ...clocks }),
      now,
    },
    budget: options.budget,
    scheduler: new Scheduler(options),
    weights: new Weights(),
    loopDelay: new LoopDelay(ended),
    loopDelayLimitMs: limits.loopDelayMs,
    firstWords: new FirstWords(),
    waiting: new WaitingCalls(options.policy),
    miner: options.miner,
    minerName: options.minerName,
    onHookFailed: options.onHookFailed,
    callerRates: { hotkeys: new RateLimiter(now), addresses: new RateLimiter(now) },
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
