import { abortable } from '../../async/abortable.js'
import type { Chain, Registration } from '../../chain/chain.js'
import { ChainError } from '../../chain/chain-error.js'
import type { Metagraph } from '../../chain/metagraph.js'
import type { NeuronClock } from '../clock.js'
import type { MetagraphPlace } from '../disk/metagraph-file.js'
import type { NeuronEvent } from '../events.js'
import { NeuronError } from '../neuron-error.js'
import { type NeuronProblem, Outage } from '../outage.js'
import { nextCheckMs, nextRefreshMs, retryMs } from '../pace.js'
import type { StandingsTable } from '../standings.js'
import { chainBack, chainLost, chainReset } from './chain-events.js'
import { MetagraphKeeper } from './metagraph-keeper.js'
import { isFarBehind, requireAgreement, requireProgress, resetOf } from './plausible-reads.js'
import { readLimit } from './read-limit.js'
import { RegistrationKeeper } from './registration-keeper.js'

type ReaderOptions = {
  readonly chain: Chain
  /** ss58 */
  readonly hotkey: string
  readonly place: MetagraphPlace
  /** the chain is one for trying things out, which may be reset */
  readonly isLocal: boolean
  readonly standings: StandingsTable
  readonly clock: NeuronClock
  /** how many blocks of 12 s may pass until the metagraph is read again; by default 100 */
  readonly refreshBlocks: number | undefined
  /** registers the hotkey, for the hint */
  readonly registerCommand: string
  readonly emit: (event: NeuronEvent) => void
  /** called when the hotkey has lost its place */
  readonly onDeregistered: () => void
  /** called when the chain was reset, before what was read is taken */
  readonly onReset: () => void
}

/** Reads the registration of the hotkey and the metagraph when they are due, and keeps the last of both. */
export class ChainReader {
  readonly #options: ReaderOptions
  readonly #outage: Outage
  readonly #registration: RegistrationKeeper
  readonly #metagraph: MetagraphKeeper
  #checkAt = 0
  #refreshAt = 0

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#outage = new Outage(options.clock)
    this.#registration = new RegistrationKeeper({ ...options, netuid: options.place.netuid })
    this.#metagraph = new MetagraphKeeper(options)
  }

  /** null: the hotkey is not registered; undefined: the chain has not told yet */
  get registration(): Registration | null | undefined {
    return this.#registration.registration
  }

  /** The last good one; null: none yet. */
  get metagraph(): Metagraph | null {
    return this.#metagraph.metagraph
  }

  /** The milliseconds of a block, as measured. */
  get blockMs(): number {
    return this.#metagraph.blockMs
  }

  /** Since when the chain cannot be read. */
  get outage(): Outage {
    return this.#outage
  }

  /** Why the metagraph cannot be saved; null: it can. */
  get savingProblem(): NeuronProblem | null {
    return this.#metagraph.savingProblem
  }

  /** When `read` has something to read, by the clock's `elapsed`. */
  get dueAt(): number {
    return Math.min(this.#checkAt, this.#refreshAt)
  }

  /** Checks the registration after `ms`, if it is not due before. */
  checkWithin(ms: number): void {
    this.#checkAt = Math.min(this.#checkAt, this.#options.clock.elapsed() + ms)
  }

  /** Makes both reads due: what was read last may be older than its time tells. */
  expire(): void {
    this.#checkAt = 0
    this.#refreshAt = 0
  }

  /**
   * Reads both for the first time.
   *
   * @throws {NeuronError} HOTKEY_NOT_REGISTERED · CHAIN_CONTRADICTORY
   * @throws {ChainError} SUBNET_UNKNOWN, and others when the chain is out of reach
   */
  async readFirst(signal: AbortSignal): Promise<void> {
    const { chain, place, hotkey, registerCommand, clock } = this.#options
    const startedAt = clock.elapsed()
    const registration = await abortable(chain.registration(place.netuid, hotkey, signal), signal)
    if (registration === null) {
      await abortable(chain.subnet(place.netuid, signal), signal)
      const message = `the hotkey ${hotkey} is not registered on subnet ${place.netuid}`
      throw new NeuronError('HOTKEY_NOT_REGISTERED', message, { hint: `register it: ${registerCommand}` })
    }
    const metagraph = await abortable(chain.metagraph(place.netuid, signal), signal)
    await this.#take(registration, metagraph, startedAt)
  }

  /** Takes the last metagraph of the disk, because the chain is out of reach. */
  fallBack(metagraph: Metagraph, error: unknown): void {
    this.#metagraph.takeSaved(metagraph)
    this.#fail(error)
  }

  /** Reads what is due. Only the signal lets it throw. @returns whether that ended an outage */
  async read(signal: AbortSignal): Promise<boolean> {
    const { clock, chain, place, hotkey, emit } = this.#options
    const startedAt = clock.elapsed()
    if (startedAt < this.dueAt) return false
    try {
      using limit = readLimit(signal)
      const registration = await abortable(chain.registration(place.netuid, hotkey, limit.signal), limit.signal)
      // A loss has to be confirmed by the whole metagraph, which is read at one block: a node may lag behind.
      const isNewLoss = registration === null && this.registration !== null
      const metagraph =
        isNewLoss || startedAt >= this.#refreshAt
          ? await abortable(chain.metagraph(place.netuid, limit.signal), limit.signal)
          : null
      await this.#take(registration, metagraph, startedAt)
    } catch (error) {
      signal.throwIfAborted()
      const former = this.#outage.problem?.code
      this.#fail(error)
      // With its subnet, a hotkey loses its place in it; the second read in a row confirms it.
      const isConfirmed = isOfNoSubnet(error) && former === this.#outage.problem?.code
      if (isConfirmed) await this.#confirmNoSubnet(signal)
      return false
    }
    const afterMs = this.#outage.end()
    if (afterMs === undefined) return false
    emit(chainBack(afterMs))
    return true
  }

  /** Takes what was read. @throws {NeuronError} CHAIN_CONTRADICTORY, and takes nothing */
  async #take(registration: Registration | null, metagraph: Metagraph | null, startedAt: number): Promise<void> {
    const { clock, hotkey, refreshBlocks } = this.#options
    const reset = metagraph && this.#resetOf(metagraph)
    if (metagraph && !reset) requireProgress(this.metagraph, metagraph)
    // A subnet of a new chain may still be empty.
    const isNew = reset && registration === null && metagraph.neurons.length === 0
    if (metagraph && !isNew) requireAgreement(hotkey, registration, metagraph)
    if (reset) this.#reportReset(reset)
    this.#takeRegistration(registration, reset)
    this.#checkAt = clock.elapsed() + nextCheckMs(Math.random())
    if (!metagraph) return
    await this.#metagraph.take(metagraph, startedAt)
    this.#refreshAt = clock.elapsed() + nextRefreshMs(metagraph, this.blockMs, Math.random(), refreshBlocks)
  }

  /** Takes the loss of the subnet, if a node whose chain is not older than the last metagraph tells of it once more. */
  async #confirmNoSubnet(signal: AbortSignal): Promise<void> {
    const { chain, place } = this.#options
    let reset: string | null = null
    try {
      const { genesis } = await abortable(chain.connection(signal), signal)
      const { number } = await abortable(chain.head(signal), signal)
      reset = this.#resetOf({ genesis, block: number })
      if (!reset && isFarBehind(this.metagraph, number)) return
      await abortable(chain.subnet(place.netuid, signal), signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!isOfNoSubnet(error) || this.registration === null) return
      if (reset) this.#reportReset(reset)
      this.#takeRegistration(null, reset)
    }
  }

  #resetOf(now: Pick<Metagraph, 'genesis' | 'block'>): string | null {
    return resetOf(this.metagraph, now, this.#options.isLocal)
  }

  #reportReset(reset: string): void {
    const { emit, onReset } = this.#options
    // A hotkey that has lost its place already was told of it.
    if (this.registration !== null) emit(chainReset(reset))
    onReset()
  }

  #takeRegistration(registration: Registration | null, reset: string | null): void {
    const { hotkey } = this.#options
    const own = this.metagraph?.neurons.find(neuron => neuron.hotkey === hotkey)
    this.#registration.take(registration, own?.uid ?? null, reset)
  }

  #fail(error: unknown): void {
    const { standings, clock, emit } = this.#options
    standings.lose()
    const isDue = this.#outage.fail(error)
    const { failures } = this.#outage
    const retryAfterMs = error instanceof ChainError ? error.retryAfterMs : undefined
    const delay = Math.round(retryMs(failures, Math.random(), retryAfterMs))
    this.#checkAt = clock.elapsed() + delay
    // Hotkeys may have registered meanwhile, so the next success has to read the metagraph, too.
    this.#refreshAt = this.#checkAt
    if (!isDue) return
    emit(chainLost(this.#outage, standings.state(), delay))
  }
}

function isOfNoSubnet(error: unknown): boolean {
  return error instanceof ChainError && error.code === 'SUBNET_UNKNOWN'
}
