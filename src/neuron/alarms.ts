import { spanText } from '../text/span.js'
import type { NeuronEvent } from './events.js'
import { findNoCallers, type NoCallers, type RefusalOf } from './no-callers.js'
import type { ChainReader } from './read/chain-reader.js'
import type { StandingsTable } from './standings.js'

type AlarmOptions = {
  readonly reader: ChainReader
  readonly standings: StandingsTable
  readonly refusalOf: RefusalOf
  readonly emit: (event: NeuronEvent) => void
}

const DAY_MS = 86_400_000

/** Warns of what the operator should know of before it costs something; once of each. */
export class Alarms {
  readonly #options: AlarmOptions
  /** by the settings on who may ask */
  refusalOf: RefusalOf
  /** the registration whose end of immunity was warned about */
  #immunityOf: number | undefined
  #noCallers: NoCallers | null = null
  #hasExpired = false

  constructor(options: AlarmOptions) {
    this.#options = options
    this.refusalOf = options.refusalOf
  }

  /** Why the settings refuse every neuron of the last metagraph; null: they admit one. */
  get noCallers(): NoCallers | null {
    return this.#noCallers
  }

  /** Warns of what has become so since the last look. */
  look(): void {
    this.#immunity()
    this.#callers()
    this.#expiry()
  }

  #immunity(): void {
    const { reader, emit } = this.#options
    const blocks = immunityBlocks(reader)
    if (blocks === null || blocks <= 0) return
    const inMs = Math.round(blocks * reader.blockMs)
    const { registeredAt } = reader.registration!
    if (inMs > DAY_MS || this.#immunityOf === registeredAt) return
    this.#immunityOf = registeredAt!
    const message = `the immunity of this hotkey ends in ${spanText(inMs)}: after that, a new registration may replace it, if its emission is among the lowest`
    emit({ level: 'warn', event: 'immunityEnds', message, blocks, inMs })
  }

  #callers(): void {
    const { reader, emit } = this.#options
    if (!reader.metagraph) return
    const former = this.#noCallers
    this.#noCallers = findNoCallers(reader.metagraph, this.refusalOf)
    if (!this.#noCallers || former) return
    const { message, hint } = this.#noCallers
    emit({ level: 'warn', event: 'noCallers', message, hint, neurons: reader.metagraph.neurons.length })
  }

  #expiry(): void {
    const { standings, emit } = this.#options
    const hadExpired = this.#hasExpired
    this.#hasExpired = standings.state() === 'unknown'
    if (!this.#hasExpired || hadExpired) return
    const ageMs = Math.round(standings.ageMs())
    const message = `the last metagraph is ${spanText(ageMs)} old, too old to decide: until the chain is back, only hotkeys in --allow are answered`
    const hint = '--max-standings-age sets how long it counts'
    emit({ level: 'error', event: 'standingsExpired', message, ageMs, hint })
  }
}

/** The blocks until the hotkey can be replaced, 0 or less when it can; null: not known. */
export function immunityBlocks({ registration, metagraph }: ChainReader): number | null {
  if (!metagraph || registration?.registeredAt == null) return null
  return registration.registeredAt + metagraph.subnet.immunityPeriod - metagraph.block
}
