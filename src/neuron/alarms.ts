import { spanText } from '../text/span.js'
import type { NeuronEvent } from './events.js'
import type { ChainReader } from './read/chain-reader.js'
import type { StandingsTable } from './standings.js'

type AlarmOptions = {
  readonly reader: ChainReader
  readonly standings: StandingsTable
  readonly emit: (event: NeuronEvent) => void
}

const DAY_MS = 86_400_000

/** Warns of what the operator should know of before it costs something; once of each. */
export class Alarms {
  readonly #options: AlarmOptions
  /** the registration whose end of immunity was warned about */
  #immunityOf: number | undefined
  #hasPermits = true
  #hasExpired = false

  constructor(options: AlarmOptions) {
    this.#options = options
  }

  look(): void {
    this.#immunity()
    this.#permits()
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
    const message = `the immunity of this hotkey ends in ${spanText(inMs)}: from then on a new registration may take its place, if its emission is among the lowest`
    emit({ level: 'warn', event: 'immunityEnds', message, blocks, inMs })
  }

  #permits(): void {
    const { reader, emit } = this.#options
    if (!reader.metagraph) return
    const { neurons, subnet } = reader.metagraph
    const hadPermits = this.#hasPermits
    this.#hasPermits = neurons.some(({ hasPermit }) => hasPermit)
    if (this.#hasPermits || !hadPermits) return
    const message = `not one neuron of subnet ${subnet.netuid} has a validator permit, so a miner that requires one answers no validator`
    const hint = 'admit validators by their stake: --no-require-permit --min-stake 1000'
    emit({ level: 'warn', event: 'noPermits', message, neurons: neurons.length, hint })
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
