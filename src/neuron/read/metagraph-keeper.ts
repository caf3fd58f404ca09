import type { Metagraph } from '../../chain/metagraph.js'
import { spanText } from '../../text/span.js'
import type { NeuronClock } from '../clock.js'
import type { MetagraphPlace } from '../disk/metagraph-file.js'
import { MetagraphSaver } from '../disk/metagraph-saver.js'
import type { NeuronEvent } from '../events.js'
import type { NeuronProblem } from '../outage.js'
import { DEFAULT_BLOCK_MS, measuredBlockMs } from '../pace.js'
import type { StandingsTable } from '../standings.js'

type KeeperOptions = {
  readonly place: MetagraphPlace
  readonly standings: StandingsTable
  readonly clock: NeuronClock
  readonly emit: (event: NeuronEvent) => void
}

/** Keeps the last good metagraph: in memory, in the standings, and on disk. */
export class MetagraphKeeper {
  readonly #options: KeeperOptions
  readonly #saver: MetagraphSaver
  #metagraph: Metagraph | null = null
  #blockMs = DEFAULT_BLOCK_MS

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#saver = new MetagraphSaver(options)
  }

  /** null: none yet */
  get metagraph(): Metagraph | null {
    return this.#metagraph
  }

  /** The milliseconds of a block, as measured. */
  get blockMs(): number {
    return this.#blockMs
  }

  /** Why the metagraph cannot be saved; null: it can. */
  get savingProblem(): NeuronProblem | null {
    return this.#saver.problem
  }

  /** Takes a metagraph that the chain has told. @param startedAt when its read began, by the clock's `elapsed` */
  async take(metagraph: Metagraph, startedAt: number): Promise<void> {
    const { standings, clock, emit } = this.#options
    const isFirst = this.#metagraph === null
    this.#blockMs = measuredBlockMs(this.#metagraph, metagraph, this.#blockMs)
    this.#metagraph = metagraph
    standings.take(metagraph)
    const { block, neurons } = metagraph
    const validators = neurons.filter(({ hasPermit }) => hasPermit).length
    emit({
      level: isFirst ? 'info' : 'debug',
      event: 'metagraphRead',
      message: `subnet ${metagraph.subnet.netuid} at block ${block} has ${neurons.length} neurons, ${validators} with a validator permit`,
      block,
      neurons: neurons.length,
      validators,
      ms: Math.round(clock.elapsed() - startedAt),
    })
    await this.#saver.save(metagraph)
  }

  /** Takes the last metagraph of the disk, because the chain is out of reach. */
  takeSaved(metagraph: Metagraph): void {
    const { standings, emit } = this.#options
    this.#metagraph = metagraph
    standings.take(metagraph, { isFromDisk: true })
    const { block, neurons } = metagraph
    emit({
      level: 'warn',
      event: 'metagraphLoaded',
      message: `the last metagraph on disk, read ${spanText(standings.ageMs())} ago, decides who may ask`,
      block,
      neurons: neurons.length,
      ageMs: Math.round(standings.ageMs()),
    })
  }
}
