/**
 * The weights with which hotkeys share the places: stake in proportion to the mean stake of the hotkeys that asked within
 * the last hour, so that weights before and after a change of the metagraph can be compared.
 *
 * No weight is below a quarter of the mean. Whatever the stakes are, a hotkey then gets at least a fifth of an equal share;
 * and all hotkeys without stake together, however many register, get at most a fifth of the places.
 */
export class Weights {
  readonly #elapsed: () => number
  /** the registered callers, the one that asked last at the end */
  readonly #asked = new Map<string, { readonly stake: number; readonly at: number }>()
  /** null when a caller or a stake has changed since */
  #summary: Summary | null = null

  /** @param elapsed milliseconds of a clock that never steps back */
  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed
  }

  /** Returns the weight of a registered hotkey that asks now. */
  ofStake(hotkey: string, stakeRao: bigint): number {
    const stake = Number(stakeRao)
    if (this.#asked.get(hotkey)?.stake !== stake) this.#summary = null
    this.#asked.delete(hotkey)
    this.#asked.set(hotkey, { stake, at: this.#elapsed() })
    this.#dropOld()
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

  #dropOld(): void {
    const since = this.#elapsed() - KEEP_MS
    for (const [hotkey, { at }] of this.#asked) {
      if (at >= since && this.#asked.size <= MAX_HOTKEYS) return
      this.#asked.delete(hotkey)
      this.#summary = null
    }
  }
}

type Summary = {
  readonly mean: number
  /** those above 0, the lowest first */
  readonly stakes: readonly number[]
}

/** A tempo, after which weights are set and stakes may have moved, is 72 minutes; validators ask more often. */
const KEEP_MS = 3_600_000

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
