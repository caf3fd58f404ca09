/** Upper bounds of buckets, in seconds; the last one is the longest time-out that an axon grants by default. */
const BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 12, 20, 30, 60] as const

type DurationSum = {
  /** how many took at most as long as a bound and longer than the one before; the last one has the rest */
  readonly counts: Float64Array
  seconds: number
}

/** One line of a histogram, in the form of prom-client. */
export type BucketValue = {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/** Durations in buckets, by one label whose values are bounded. */
export class Durations {
  readonly #sums = new Map<string, DurationSum>()

  add(label: string, ms: number): void {
    const seconds = ms / 1000
    let bucket = 0
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]!) bucket++
    const sum = this.#sums.get(label) ?? this.#begun(label)
    sum.counts[bucket]!++
    sum.seconds += seconds
  }

  /** Returns the lines of a histogram, whose buckets each have those below them, too. */
  values(name: string, labelName: string): readonly BucketValue[] {
    return [...this.#sums].flatMap(([label, { counts, seconds }]) => {
      const labels = { [labelName]: label }
      let below = 0
      const buckets = [...BOUNDS, '+Inf'].map((le, at) => {
        below += counts[at]!
        return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: below }
      })
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: seconds },
        { metricName: `${name}_count`, labels, value: below },
      ]
    })
  }

  #begun(label: string): DurationSum {
    const sum = { counts: new Float64Array(BOUNDS.length + 1), seconds: 0 }
    this.#sums.set(label, sum)
    return sum
  }
}
