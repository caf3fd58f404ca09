import { Counter, Gauge, type Histogram, type Registry } from 'prom-client'
import { Durations } from './durations.js'
import { LabelledSums, MAX_SERIES } from './label-sets.js'

type About = {
  /** with its unit, as Prometheus has it: `miner_first_token_seconds` */
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
}

/** Values of a gauge at this moment, each with the values of its labels in their order. */
export type GaugeValues = Iterable<readonly [labels: readonly string[], value: number]>

/** Makes the metrics of one registry of prom-client. */
export class MetricMaker {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /**
   * Makes a counter, and returns the sums that it shows. Adding to them costs a request less than prom-client's own counter,
   * which hashes the labels each time; and they are bounded.
   */
  counter({ name, help, labels = [] }: About): LabelledSums {
    const sums = new LabelledSums()
    new Counter({
      ...this.#common({ name, help, labels }),
      collect() {
        this.reset()
        for (const sum of sums) this.inc(named(labels, sum.labels), sum.value)
      },
    })
    return sums
  }

  /** Makes a counter without labels. @param read called when the metrics are read */
  count({ name, help }: About, read: () => number): void {
    new Counter({
      ...this.#common({ name, help }),
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }

  /** Makes a histogram of seconds with one label, and returns the durations that it shows, for the same reason. */
  histogram({ name, help, label }: Omit<About, 'labels'> & { readonly label: string }): Durations {
    const durations = new Durations()
    const about = { name, help, type: 'histogram', aggregator: 'sum' } as const
    // Of a metric, a registry only reads this.
    const metric = { ...about, get: async () => ({ ...about, values: durations.values(name, label) }) }
    this.#registry.registerMetric(metric as unknown as Histogram)
    return durations
  }

  /** Makes a gauge, which has at most 1,000 series. @param read called when the metrics are read; no values: the gauge has no series then */
  gauge({ name, help, labels = [] }: About, read: () => GaugeValues | number | undefined): void {
    new Gauge({
      ...this.#common({ name, help, labels }),
      collect() {
        this.reset()
        const found = read()
        if (typeof found === 'number') this.set(found)
        else if (found === undefined) this.remove()
        else for (const [values, value] of [...found].slice(0, MAX_SERIES)) this.set(named(labels, values), value)
      },
    })
  }

  #common({ name, help, labels = [] }: About) {
    return { name, help, labelNames: [...labels], registers: [this.#registry] }
  }
}

function named(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, at) => [name, values[at]!]))
}
