import { abortable } from '../async/abortable.js'
import { timeoutSignal } from '../async/timeout.js'
import type { Chain, Registration } from '../chain/chain.js'
import { ChainError } from '../chain/chain-error.js'
import type { Metagraph } from '../chain/metagraph.js'
import { spanText } from '../text/span.js'
import type { NeuronClock } from './clock.js'
import { type MetagraphPlace, metagraphPath, saveMetagraph } from './disk/metagraph-file.js'
import type { NeuronEvent } from './events.js'
import { NeuronError } from './neuron-error.js'
import { Outage } from './outage.js'
import { DEFAULT_BLOCK_MS, measuredBlockMs, nextCheckMs, nextRefreshMs, retryMs } from './pace.js'
import type { StandingsTable } from './standings.js'

type ReaderOptions = {
  readonly chain: Chain
  /** ss58 */
  readonly hotkey: string
  readonly place: MetagraphPlace
  readonly standings: StandingsTable
  readonly clock: NeuronClock
  /** registers the hotkey, for the hint */
  readonly registerCommand: string
  readonly emit: (event: NeuronEvent) => void
  /** called when the hotkey has lost its place */
  readonly onDeregistered: () => void
}

/** Endpoints of one chain are so far apart at most: one that is further behind is not used. */
const AGREEMENT_BLOCKS = 10
/** For both reads; each endpoint has a shorter limit of its own. */
const READ_MS = 90_000

/** Reads the registration of the hotkey and the metagraph when they are due, and keeps the last of both. */
export class ChainReader {
  readonly #options: ReaderOptions
  readonly #outage: Outage
  readonly #saving: Outage
  #registration: Registration | null | undefined
  #metagraph: Metagraph | null = null
  #blockMs = DEFAULT_BLOCK_MS
  #checkAt = 0
  #refreshAt = 0

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#outage = new Outage(options.clock)
    this.#saving = new Outage(options.clock)
  }

  /** null: the hotkey is not registered; undefined: the chain has not told yet */
  get registration(): Registration | null | undefined {
    return this.#registration
  }

  /** The last good one; null: none yet. */
  get metagraph(): Metagraph | null {
    return this.#metagraph
  }

  /** The milliseconds of a block, as measured. */
  get blockMs(): number {
    return this.#blockMs
  }

  /** Since when the chain cannot be read. */
  get outage(): Outage {
    return this.#outage
  }

  /** Since when the metagraph cannot be saved. */
  get saving(): Outage {
    return this.#saving
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
      throw new NeuronError(
        'HOTKEY_NOT_REGISTERED',
        `the hotkey ${hotkey} is not registered on subnet ${place.netuid}`,
        {
          hint: `register it: ${registerCommand}`,
        },
      )
    }
    const metagraph = await abortable(chain.metagraph(place.netuid, signal), signal)
    await this.#take(registration, metagraph, startedAt)
  }

  /** Takes the last metagraph of the disk, because the chain is out of reach. */
  fallBack(metagraph: Metagraph, error: unknown): void {
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
    this.#fail(error)
  }

  /** Reads what is due. Only the signal lets it throw. @returns whether that ended an outage */
  async read(signal: AbortSignal): Promise<boolean> {
    const { clock, chain, place, hotkey, emit } = this.#options
    const startedAt = clock.elapsed()
    if (startedAt < this.dueAt) return false
    try {
      using limit = timeoutSignal({ ms: READ_MS, reason: timedOut, parent: signal })
      const registration = await abortable(chain.registration(place.netuid, hotkey, limit.signal), limit.signal)
      // A loss has to be confirmed by the whole metagraph, which is read at one block: a node may lag behind.
      const isNewLoss = registration === null && this.#registration !== null
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
      if (isConfirmed && (await this.#isSubnetGone(signal))) this.#takeRegistration(null)
      return false
    }
    const afterMs = this.#outage.end()
    if (afterMs === undefined) return false
    emit({
      level: 'info',
      event: 'chainBack',
      message: `the chain is in reach again, after ${spanText(afterMs)}`,
      afterMs,
    })
    return true
  }

  /** Takes what was read. @throws {NeuronError} CHAIN_CONTRADICTORY, and takes nothing */
  async #take(registration: Registration | null, metagraph: Metagraph | null, startedAt: number): Promise<void> {
    const { clock } = this.#options
    if (metagraph) this.#requireProgress(metagraph)
    if (metagraph) this.#requireAgreement(registration, metagraph)
    this.#takeRegistration(registration)
    this.#checkAt = clock.elapsed() + nextCheckMs(Math.random())
    if (metagraph) await this.#takeMetagraph(metagraph, startedAt)
  }

  /** A node that has lost its data, and follows the chain from its beginning, answers for a subnet of long ago. */
  #requireProgress({ genesis, block }: Metagraph): void {
    const last = this.#metagraph
    if (!last || last.genesis !== genesis || block >= last.block - AGREEMENT_BLOCKS) return
    throw contradiction(`the chain is at block ${block}, and was at block ${last.block} before`)
  }

  /** Asks for the subnet once more, of a node whose chain is not older than the last metagraph. */
  async #isSubnetGone(signal: AbortSignal): Promise<boolean> {
    const { chain, place } = this.#options
    try {
      const { number } = await abortable(chain.head(signal), signal)
      if (number < (this.#metagraph?.block ?? 0) - AGREEMENT_BLOCKS) return false
      await abortable(chain.subnet(place.netuid, signal), signal)
      return false
    } catch (error) {
      signal.throwIfAborted()
      return isOfNoSubnet(error)
    }
  }

  /** An empty metagraph, or that of a node which lags behind, must not turn every validator away. */
  #requireAgreement(registration: Registration | null, { neurons, block }: Metagraph): void {
    const { hotkey, place } = this.#options
    if (neurons.length === 0) throw contradiction(`subnet ${place.netuid} has no neuron at block ${block}`)
    const isIn = neurons.some(neuron => neuron.hotkey === hotkey)
    if (isIn === (registration !== null)) return
    const found = isIn ? 'has the hotkey, which' : `of ${neurons.length} neurons lacks the hotkey, which`
    const message = `the metagraph of subnet ${place.netuid} at block ${block} ${found} the chain calls ${isIn ? 'not registered' : 'registered'}`
    throw contradiction(message)
  }

  #takeRegistration(registration: Registration | null): void {
    const { emit, hotkey, place, registerCommand, onDeregistered } = this.#options
    const former = this.#registration
    this.#registration = registration
    if (registration === null) {
      if (former === null) return
      const uid = former?.uid ?? this.#metagraph?.neurons.find(neuron => neuron.hotkey === hotkey)?.uid ?? null
      const message = `the hotkey ${hotkey} has lost its place in subnet ${place.netuid}: validators no longer ask it`
      const hint = `register it again: ${registerCommand}`
      emit({ level: 'error', event: 'deregistered', message, uid, hint })
      onDeregistered()
      return
    }
    const { uid, registeredAt } = registration
    if (!former) {
      const message = `the hotkey ${hotkey} has uid ${uid} on subnet ${place.netuid}`
      emit({ level: 'info', event: 'registered', message, uid, registeredAt })
    } else if (former.uid !== uid || former.registeredAt !== registeredAt) {
      const message = `the hotkey was registered anew on subnet ${place.netuid}: it had uid ${former.uid} and has ${uid}`
      emit({ level: 'warn', event: 'uidChanged', message, uid, formerUid: former.uid })
    }
  }

  async #takeMetagraph(metagraph: Metagraph, startedAt: number): Promise<void> {
    const { standings, clock, emit } = this.#options
    const isFirst = this.#metagraph === null
    this.#blockMs = measuredBlockMs(this.#metagraph, metagraph, this.#blockMs)
    this.#metagraph = metagraph
    standings.take(metagraph)
    const now = clock.elapsed()
    this.#refreshAt = now + nextRefreshMs(metagraph, this.#blockMs, Math.random())
    const { block, neurons } = metagraph
    const validators = neurons.filter(({ hasPermit }) => hasPermit).length
    emit({
      level: isFirst ? 'info' : 'debug',
      event: 'metagraphRead',
      message: `subnet ${metagraph.subnet.netuid} at block ${block} has ${neurons.length} neurons, ${validators} with a validator permit`,
      block,
      neurons: neurons.length,
      validators,
      ms: Math.round(now - startedAt),
    })
    await this.#save(metagraph)
  }

  /** A disk that is full takes nothing from this run, but from the next start without a chain. */
  async #save(metagraph: Metagraph): Promise<void> {
    const { place, emit } = this.#options
    const path = metagraphPath(place)
    try {
      await saveMetagraph(place, metagraph)
      const afterMs = this.#saving.end()
      if (afterMs === undefined) return
      emit({ level: 'info', event: 'metagraphSaved', message: 'the metagraph is saved again', path, afterMs })
    } catch (error) {
      if (!this.#saving.fail(error)) return
      const { code, message } = this.#saving.problem!
      emit({
        level: 'warn',
        event: 'metagraphNotSaved',
        message: `cannot save the metagraph${this.#saving.forText()} (${message}): a restart while the chain is out of reach would know no validator`,
        path,
        code,
        forMs: this.#saving.forMs(),
      })
    }
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
    const { code, message, hint } = this.#outage.problem!
    const meanwhile =
      standings.state() === 'unknown'
        ? 'only hotkeys in --allow are answered'
        : 'hotkeys of the last metagraph are answered, others have to ask again later'
    emit({
      level: 'warn',
      event: 'chainLost',
      message: `the chain is out of reach${this.#outage.forText()}: ${message}; meanwhile ${meanwhile}`,
      code,
      forMs: this.#outage.forMs(),
      failures,
      retryMs: delay,
      ...(hint !== null && { hint }),
    })
  }
}

function contradiction(message: string): NeuronError {
  return new NeuronError('CHAIN_CONTRADICTORY', message, {
    hint: 'wait: it is read again; if it stays so, name another endpoint first with --chain-endpoint',
  })
}

function isOfNoSubnet(error: unknown): boolean {
  return error instanceof ChainError && error.code === 'SUBNET_UNKNOWN'
}

function timedOut(): ChainError {
  return new ChainError('CALL_TIMEOUT', `the chain took longer than ${READ_MS / 1000} s to answer`, {
    hint: 'name another endpoint first with --chain-endpoint',
  })
}
