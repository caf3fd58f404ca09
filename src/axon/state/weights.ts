/**
 * The weights with which hotkeys share the places: stake in proportion to the mean stake of the hotkeys that asked within
 * the last hour, so that weights before and after a change of the metagraph can be compared.
 *
 * No weight is below a quarter of the mean. Whatever the stakes are, a hotkey then gets at least a fifth of an equal share;
 * and all hotkeys without stake together, however many register, get at most a fifth of the places.
 */
export class Weights {
  readonly #elapsed: () => number
  /** the registered callers */
  readonly #asked = new Map<string, Asked>()
  /** when those that asked long ago were dropped last */
  #droppedAt = 0
  /** null when a caller or a stake has changed since */
  #summary: Summary | null = null

  /** @param elapsed milliseconds of a clock that never steps back */
  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed
  }

  /** Returns the weight of a registered hotkey that asks now. */
  ofStake(hotkey: string, stakeRao: bigint): number {
    const stake = Number(stakeRao)
    const now = this.#elapsed()
    const known = this.#asked.get(hotkey)
    if (known?.stake !== stake) this.#summary = null
    if (known) {
      known.stake = stake
      known.at = now
    } else this.#asked.set(hotkey, { stake, at: now })
    if (now - this.#droppedAt >= DROP_MS || this.#asked.size > MAX_HOTKEYS) this.#dropOld(now)
    return weightOf(stake, this.#summarized().mean)
  }

  /** The weight of an allowed hotkey without stake: the median of the weights of those with stake; 1 when there are none. */
  get median(): number {
    const { stakes, mean } = this.#summarized()
    return stakes.length === 0 ? 1 : weightOf(stakes[stakes.length >> 1]!, mean)
  }

  /** Which share of the hotkeys with stake has less than this one; does not count it as asking. 0 when there are none. */
  shareBelow(stakeRao: bigint): number {
    const { stakes } = this.#summarized()
    const stake = Number(stakeRao)
    return stakes.length === 0 ? 0 : stakes.filter(other => other < stake).length / stakes.length
  }

  #summarized(): Summary {
    this.#summary ??= summarize([...this.#asked.values()].map(({ stake }) => stake))
    return this.#summary
  }

  /** Drops those that have not asked for an hour, and beyond the bound the one that has not for the longest time. */
  #dropOld(now: number): void {
    this.#droppedAt = now
    const all = [...this.#asked]
    const longest = all.length > MAX_HOTKEYS ? Math.min(...all.map(([, { at }]) => at)) : Number.NEGATIVE_INFINITY
    for (const [hotkey, { at }] of all) if (at < now - KEEP_MS || at === longest) this.#asked.delete(hotkey)
    if (this.#asked.size < all.length) this.#summary = null
  }
}

type Asked = { stake: number; at: number }

type Summary = {
  readonly mean: number
  /** those above 0, the lowest first */
  readonly stakes: readonly number[]
}

/** A tempo, after which weights are set and stakes may have moved, is 72 minutes; validators ask more often. */
const KEEP_MS = 3_600_000

/** How often those are looked for that have not asked for that long. */
const DROP_MS = 60_000

/** More than any subnet has neurons. */
const MAX_HOTKEYS = 4_096

/** Of the mean weight, which is 1. */
const FLOOR = 0.25

function weightOf(stake: number, mean: number): number {
  return mean === 0 ? 1 : Math.max(FLOOR, stake / mean)
}

function summarize(all: readonly number[]): Summary {
  const mean = all.length === 0 ? 0 : all.reduce((sum, stake) => sum + stake, 0) / all.length
  return { mean, stakes: all.filter(stake => stake > 0).sort((a, b) => a - b) }
}
