import { abortable } from '../../async/abortable.js'
import type { Chain, Signer } from '../../chain/chain.js'
import type { AnnouncedAxon } from '../../chain/metagraph.js'
import { AddressWatch } from '../address/address-watch.js'
import type { OwnAddress } from '../address/own-address.js'
import { canonicalIp } from '../address/routable.js'
import type { NeuronClock } from '../clock.js'
import type { AnnouncementPlace } from '../disk/announcement-file.js'
import type { NeuronEvent } from '../events.js'
import { type NeuronProblem, Outage } from '../outage.js'
import type { ChainReader } from '../read/chain-reader.js'
import { type AnnouncementDue, announcementDue, type OwnAxon } from './announcement-due.js'
import {
  alreadyAnnounced,
  announced,
  announcedElsewhere,
  announcementDelayed,
  announcementFailed,
} from './announcement-events.js'
import { AnnouncementHistory } from './announcement-history.js'
import { announceRetryMs, inclusionLimit, nextLookMs, SETTLE_POLL_MS } from './announcement-pace.js'

/** What is to be announced, once the port is open. */
export type AnnounceOptions = {
  readonly address: OwnAddress
  /** under which validators reach the axon */
  readonly port: number
  /** of the software, as a number: 0.1.0 is 1_000 */
  readonly version: number
}

/**
 * How the announcement stands. `off`: nothing is to be announced, or the hotkey is not registered. `announced`: the chain
 * shows it. `elsewhere`: the chain shows another machine, and it is left at that.
 */
export type AnnouncementState = 'off' | 'announced' | 'waiting' | 'failing' | 'elsewhere'

type AnnouncerOptions = {
  readonly chain: Chain
  readonly place: AnnouncementPlace
  readonly signer: Signer
  readonly reader: ChainReader
  readonly clock: NeuronClock
  readonly emit: (event: NeuronEvent) => void
}

/** Keeps the chain's idea of where the axon is true. */
export class Announcer {
  readonly #options: AnnouncerOptions
  readonly #outage: Outage
  readonly #history: AnnouncementHistory
  #address: AddressWatch | undefined
  #axon: Pick<OwnAxon, 'port' | 'version'> | undefined
  #state: AnnouncementState = 'off'
  #retryAt = 0
  #reported: string | undefined
  #dueAt = Number.POSITIVE_INFINITY
  #isEnded = false

  constructor(options: AnnouncerOptions) {
    this.#options = options
    this.#outage = new Outage(options.clock)
    this.#history = new AnnouncementHistory(options)
  }

  /** What it announces; null: nothing yet. */
  get ours(): OwnAxon | null {
    return this.#axon && this.#address ? { ip: this.#address.ip, ...this.#axon } : null
  }

  get state(): AnnouncementState {
    return this.#state
  }

  get problems(): { readonly announcement: NeuronProblem | null; readonly address: NeuronProblem | null } {
    return { announcement: this.#outage.problem, address: this.#address?.problem ?? null }
  }

  /** When `step` has to do something, by the clock's `elapsed`. */
  get dueAt(): number {
    return this.#canStep() ? Math.min(this.#dueAt, this.#address!.dueAt) : Number.POSITIVE_INFINITY
  }

  /** Sets what `step` announces. */
  begin({ address, port, version }: AnnounceOptions): void {
    const { clock, emit } = this.#options
    this.#address = new AddressWatch({ address, clock, emit })
    this.#axon = { port, version }
    this.#dueAt = 0
  }

  /** Announces no more; what the chain shows stays. */
  end(): void {
    this.#isEnded = true
  }

  /** Forgets what the chain has shown: it was reset. */
  forget(): void {
    this.#history.forget()
    this.#retryAt = 0
  }

  /** Asks for the address again soon: a network that was gone may be another one. */
  expectOtherAddress(): void {
    this.#address?.expectOther()
  }

  /** Takes one step: finds the address again, or announces it, or decides to wait. Only the signal lets it throw. */
  async step(signal: AbortSignal): Promise<void> {
    const { registration, metagraph } = this.#options.reader
    if (registration === null) {
      this.#state = 'off'
      this.#outage.end()
    }
    if (!this.#canStep() || !registration) return
    this.#dueAt = Number.POSITIVE_INFINITY // the next read of the registration comes first
    if (await this.#history.begin(registration, metagraph?.block ?? 0)) this.#retryAt = 0
    const onChain = registration.axon && { ...registration.axon, ip: canonicalIp(registration.axon.ip) }
    const isLost = this.#history.take(this.ours!, onChain)
    if (isLost && this.#history.view.lostAt.length === 1) this.expectOtherAddress()
    await this.#history.save()
    if (await this.#address!.find(signal)) {
      this.#history.move()
      this.#retryAt = 0
    }
    const due = await this.#decide(onChain, signal)
    if (this.#isEnded) return
    if (due.action === 'announce') await this.#announce(signal)
    else this.#hold(due, onChain)
  }

  /** What was read before the chain went out of reach tells nothing of now. */
  #canStep(): boolean {
    const { registration, outage } = this.#options.reader
    return this.#axon !== undefined && !this.#isEnded && !!registration && !outage.problem
  }

  async #decide(onChain: AnnouncedAxon | null, signal: AbortSignal): Promise<AnnouncementDue> {
    const { chain, clock, reader } = this.#options
    const view = () => ({
      ...this.#history.view,
      now: clock.elapsed(),
      ours: this.ours!,
      onChain,
      retryAt: this.#retryAt,
      blocksLeft: 0,
      blockMs: reader.blockMs,
    })
    const due = announcementDue(view())
    const lastBlock = Math.max(onChain?.block ?? 0, this.#history.block ?? 0)
    const limit = reader.metagraph?.subnet.servingRateLimit
    if (due.action !== 'announce' || lastBlock === 0 || !limit) return due
    try {
      const { number } = await abortable(chain.head(signal), signal)
      return announcementDue({ ...view(), blocksLeft: lastBlock + limit - number })
    } catch (error) {
      signal.throwIfAborted()
      this.#fail(error)
      return announcementDue(view())
    }
  }

  #hold(due: Exclude<AnnouncementDue, { action: 'announce' }>, onChain: AnnouncedAxon | null): void {
    const { clock, emit, reader } = this.#options
    if (due.action === 'none') {
      this.#outage.end()
      this.#state = 'announced'
      if (this.#reports('announced')) emit(alreadyAnnounced(this.ours!, onChain!.block))
      return
    }
    const ms = due.action === 'wait' ? nextLookMs(due.ms, due.reason) : due.ms
    this.#dueAt = clock.elapsed() + ms
    reader.checkWithin(ms)
    if (due.action === 'yield') {
      this.#state = 'elsewhere'
      if (this.#reports('elsewhere')) emit(announcedElsewhere(onChain))
    } else if (due.reason !== 'settling' && due.reason !== 'retry') {
      this.#state = 'waiting'
      if (this.#reports(due.reason)) emit(announcementDelayed(this.ours!, due.reason, due.ms))
    }
  }

  async #announce(parent: AbortSignal): Promise<void> {
    const { chain, place, signer, clock, emit, reader } = this.#options
    const ours = this.ours!
    using limit = inclusionLimit(parent)
    try {
      const { signal } = limit
      const { block } = await abortable(chain.announce({ netuid: place.netuid, ...ours }, signer, signal), signal)
      this.#history.include(block)
      await this.#history.save()
      this.#retryAt = 0
      this.#outage.end()
      this.#state = 'announced'
      this.#reported = 'announced'
      this.#dueAt = clock.elapsed() + SETTLE_POLL_MS
      reader.checkWithin(SETTLE_POLL_MS)
      emit(announced(ours, block))
    } catch (error) {
      parent.throwIfAborted()
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    const { clock, emit, reader } = this.#options
    const isDue = this.#outage.fail(error)
    const { code, failures } = this.#outage.problem!
    const retryMs = Math.round(announceRetryMs(error, failures, reader))
    this.#retryAt = clock.elapsed() + retryMs
    this.#dueAt = this.#retryAt
    this.#state = 'failing'
    // The next attempt is decided by what the chain shows then: an announcement without an answer may be included after all.
    reader.checkWithin(code === 'NOT_REGISTERED' ? 0 : retryMs)
    if (!isDue) return
    this.#reported = 'failing'
    emit(announcementFailed(this.#outage, retryMs))
  }

  /** Whether this is news, so that it is reported once. */
  #reports(what: string): boolean {
    const isNews = this.#reported !== what
    this.#reported = what
    return isNews
  }
}
