import type { Metagraph } from '../chain/metagraph.js'
import type { ChainState, Standing, Standings } from '../plugin/standing.js'
import type { NeuronClock } from './clock.js'

/** Longer than a refresh that is due ever takes: the loop stood still, as that of a machine that slept. */
const FRESH_MS = 45 * 60_000

/**
 * The standings of all hotkeys of a subnet. Each metagraph replaces them whole, so a reader never waits and never sees half
 * of one.
 */
export class StandingsTable {
  readonly #clock: NeuronClock
  /** how long the last metagraph decides while the chain is out of reach */
  maxAgeMs: number
  #standings: ReadonlyMap<string, Standing> = new Map()
  #taken: { readonly readAt: number; readonly ageMs: number; readonly at: number } | undefined
  #isInReach = false

  constructor({ clock, maxAgeMs }: { readonly clock: NeuronClock; readonly maxAgeMs: number }) {
    this.#clock = clock
    this.maxAgeMs = maxAgeMs
  }

  /** Looks a hotkey up; see `Standings`. */
  readonly of: Standings = hotkey => {
    const state = this.state()
    if (state === 'unknown') return 'unknown'
    // While the chain is out of reach, a hotkey that the last metagraph lacks may have registered since.
    return this.#standings.get(hotkey) ?? (state === 'fresh' ? 'unregistered' : 'unknown')
  }

  /** Replaces the standings. The chain is in reach then, unless the metagraph comes from disk. */
  take({ neurons, readAt }: Metagraph, { isFromDisk = false } = {}): void {
    this.#standings = new Map(
      neurons.map(({ hotkey, uid, stakeRao, hasPermit }) => [hotkey, { uid, stakeRao, hasPermit }]),
    )
    const ageMs = Math.max(0, this.#clock.now() - readAt)
    this.#taken = { readAt, ageMs, at: this.#clock.elapsed() }
    this.#isInReach = !isFromDisk
  }

  /** The chain is out of reach, until the next metagraph. */
  lose(): void {
    this.#isInReach = false
  }

  state(): ChainState {
    if (!this.#taken) return 'unknown'
    const ageMs = this.ageMs()
    if (this.#isInReach && ageMs <= FRESH_MS) return 'fresh'
    return ageMs <= this.maxAgeMs ? 'stale' : 'unknown'
  }

  /** Milliseconds since the metagraph was read, by the clock that counts more of them: either may stand still or jump. */
  ageMs(): number {
    if (!this.#taken) return Number.POSITIVE_INFINITY
    const { readAt, ageMs, at } = this.#taken
    return Math.max(this.#clock.now() - readAt, ageMs + this.#clock.elapsed() - at)
  }

  /** Milliseconds until a stale state turns unknown; infinite for the other states. */
  msUntilUnknown(): number {
    return this.state() === 'stale' ? this.maxAgeMs - this.ageMs() + 1 : Number.POSITIVE_INFINITY
  }
}
