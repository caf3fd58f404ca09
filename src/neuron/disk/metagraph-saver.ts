import type { Metagraph } from '../../chain/metagraph.js'
import type { NeuronClock } from '../clock.js'
import type { NeuronEvent } from '../events.js'
import { type NeuronProblem, Outage } from '../outage.js'
import { type MetagraphPlace, metagraphPath, saveMetagraph } from './metagraph-file.js'

type SaverOptions = {
  readonly place: MetagraphPlace
  readonly clock: NeuronClock
  readonly emit: (event: NeuronEvent) => void
}

/** Saves each metagraph. A full disk does not harm this run, but a restart while the chain is out of reach. */
export class MetagraphSaver {
  readonly #options: SaverOptions
  readonly #outage: Outage

  constructor(options: SaverOptions) {
    this.#options = options
    this.#outage = new Outage(options.clock)
  }

  /** Why the metagraph cannot be saved; null: it can. */
  get problem(): NeuronProblem | null {
    return this.#outage.problem
  }

  /** Saves a metagraph; reports a failure, and its end. Never throws. */
  async save(metagraph: Metagraph): Promise<void> {
    const { place, emit } = this.#options
    const path = metagraphPath(place)
    try {
      await saveMetagraph(place, metagraph)
      const afterMs = this.#outage.end()
      if (afterMs === undefined) return
      emit({ level: 'info', event: 'metagraphSaved', message: 'the metagraph is saved again', path, afterMs })
    } catch (error) {
      if (!this.#outage.fail(error)) return
      const { code, message } = this.#outage.problem!
      emit({
        level: 'warn',
        event: 'metagraphNotSaved',
        message: `cannot save the metagraph${this.#outage.forText()} (${message}): a restart while the chain is out of reach would know no validator`,
        path,
        code,
        forMs: this.#outage.forMs(),
      })
    }
  }
}
