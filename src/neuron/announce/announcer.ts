import { abortable } from '../../async/abortable.js'
import { timeoutSignal } from '../../async/timeout.js'
import type { Chain, Signer } from '../../chain/chain.js'
import { ChainError } from '../../chain/chain-error.js'
import type { AnnouncedAxon } from '../../chain/metagraph.js'
import { axonText } from '../../text/axon-text.js'
import { spanText } from '../../text/span.js'
import type { OwnAddress } from '../address/own-address.js'
import { canonicalIp } from '../address/routable.js'
import type { ChainReader } from '../chain-reader.js'
import type { NeuronClock } from '../clock.js'
import type { NeuronEvent } from '../events.js'
import { type NeuronProblem, Outage } from '../outage.js'
import {
  type AnnouncementDue,
  announcementDue,
  isSame,
  isSettling,
  type OwnAxon,
  type WaitReason,
} from './announcement-due.js'

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
  readonly netuid: number
  readonly signer: Signer
  readonly reader: ChainReader
  readonly clock: NeuronClock
  readonly emit: (event: NeuronEvent) => void
}

/** Routers get another address once in a while, and a public service is not to be asked more often. */
const FIND_MS = 3_600_000
const FIND_RETRY_MS = 10 * 60_000
/** A chain that comes and goes must not wear the services out. */
const FIND_AGAIN_MS = 5 * 60_000
/** Between two looks whether the block that included an announcement is final. */
const SETTLE_POLL_MS = 15_000
/** How long a wait lasts before the next look at the chain: its blocks may be faster than they were measured. */
const lookAgainMs: Partial<Record<WaitReason, number>> = { settling: SETTLE_POLL_MS, rateLimit: 60_000 }
const ANNOUNCE_MS = 3 * 60_000
const MIN_RETRY_MS = 15_000
const MAX_RETRY_MS = 10 * 60_000
/** The chain's verdict on an address or a port does not change by itself. */
const REFUSED_RETRY_MS = 3_600_000
/** For a subnet whose limit is not known: 50 blocks. */
const RATE_LIMIT_MS = 10 * 60_000

/** Keeps the chain's idea of where the axon is true. */
export class Announcer {
  readonly #options: AnnouncerOptions
  readonly #outage: Outage
  readonly #finding: Outage
  #address: OwnAddress | undefined
  #ours: OwnAxon | undefined
  #state: AnnouncementState = 'off'
  /** the registration that the memory below belongs to */
  #registration: { readonly uid: number; readonly registeredAt: number | null } | undefined
  #hasStood = false
  /** the chain showed our address when it was last read */
  #isStanding = false
  #included: { readonly block: number; readonly at: number } | null = null
  #lostAt: readonly number[] = []
  #againAt: number | null = null
  #retryAt = 0
  #findAt = Number.POSITIVE_INFINITY
  #foundAt = 0
  #reported: string | undefined
  #dueAt = Number.POSITIVE_INFINITY
  #isEnded = false

  constructor(options: AnnouncerOptions) {
    this.#options = options
    this.#outage = new Outage(options.clock)
    this.#finding = new Outage(options.clock)
  }

  /** What it announces; null: nothing yet. */
  get ours(): OwnAxon | null {
    return this.#ours ?? null
  }

  get state(): AnnouncementState {
    return this.#state
  }

  get problems(): { readonly announcement: NeuronProblem | null; readonly address: NeuronProblem | null } {
    return { announcement: this.#outage.problem, address: this.#finding.problem }
  }

  /** When `step` has to do something, by the clock's `elapsed`. */
  get dueAt(): number {
    return this.#canStep() ? Math.min(this.#dueAt, this.#findAt) : Number.POSITIVE_INFINITY
  }

  /** Sets what `step` announces. */
  begin({ address, port, version }: AnnounceOptions): void {
    this.#address = address
    this.#ours = { ip: address.ip, port, version }
    this.#foundAt = this.#options.clock.elapsed()
    this.#findAt = this.#nextFindAt(FIND_MS)
    this.#dueAt = 0
  }

  /** Announces no more; what the chain shows stays. */
  end(): void {
    this.#isEnded = true
  }

  /** Asks for the address again soon: a network that was gone may be another one. */
  expectOtherAddress(): void {
    if (this.#address?.find) this.#findAt = Math.min(this.#findAt, this.#foundAt + FIND_AGAIN_MS)
  }

  /** Takes one step: finds the address again, or announces it, or decides to wait. Only the signal lets it throw. */
  async step(signal: AbortSignal): Promise<void> {
    const { registration } = this.#options.reader
    if (!registration) this.#state = 'off'
    if (!this.#canStep() || !registration) return
    this.#dueAt = Number.POSITIVE_INFINITY // the next read of the registration comes first
    this.#beginAnew(registration)
    const onChain = registration.axon && { ...registration.axon, ip: canonicalIp(registration.axon.ip) }
    this.#notice(onChain)
    await this.#findAgain(signal)
    const due = await this.#decide(onChain, signal)
    if (this.#isEnded) return
    if (due.action === 'announce') await this.#announce(signal)
    else this.#hold(due, onChain)
  }

  /** What was read before the chain went out of reach tells nothing of now. */
  #canStep(): boolean {
    const { registration, outage } = this.#options.reader
    return this.#ours !== undefined && !this.#isEnded && !!registration && !outage.problem
  }

  /** A hotkey that was registered anew has no announcement yet; that is not a loss. */
  #beginAnew({ uid, registeredAt }: { readonly uid: number; readonly registeredAt: number | null }): void {
    const former = this.#registration
    this.#registration = { uid, registeredAt }
    if (!former || (former.uid === uid && former.registeredAt === registeredAt)) return
    this.#hasStood = false
    this.#isStanding = false
    this.#included = null
    this.#lostAt = []
    this.#retryAt = 0
  }

  async #findAgain(signal: AbortSignal): Promise<void> {
    const { clock, emit } = this.#options
    const find = this.#address?.find
    const ours = this.#ours!
    if (!find || clock.elapsed() < this.#findAt) return
    try {
      this.#foundAt = clock.elapsed()
      const ip = await abortable(find(signal), signal)
      this.#findAt = this.#nextFindAt(FIND_MS)
      const afterMs = this.#finding.end()
      if (afterMs !== undefined)
        emit({ level: 'info', event: 'addressKnown', message: 'the address services agree again', ip, afterMs })
      if (ip === ours.ip) return
      const message = `this machine has the address ${ip} now: it is announced in place of ${ours.ip}`
      emit({ level: 'info', event: 'addressChanged', message, ip, formerIp: ours.ip })
      this.#ours = { ...ours, ip }
      this.#isStanding = false // the chain shows the former one rightly
      this.#retryAt = 0
    } catch (error) {
      signal.throwIfAborted()
      this.#findAt = this.#nextFindAt(FIND_RETRY_MS)
      if (!this.#finding.fail(error)) return
      const { code, message } = this.#finding.problem!
      emit({
        level: 'warn',
        event: 'addressUnknown',
        message: `${message}${this.#finding.forText()}; meanwhile ${ours.ip} stays announced`,
        code,
        forMs: this.#finding.forMs(),
        hint: 'if it is right, give it with --axon-external-ip, and no service is asked',
      })
    }
  }

  #nextFindAt(ms: number): number {
    return this.#address?.find
      ? this.#options.clock.elapsed() + ms * (0.9 + Math.random() / 5)
      : Number.POSITIVE_INFINITY
  }

  /** Notices that the chain shows our address, or that it has lost it. */
  #notice(onChain: AnnouncedAxon | null): void {
    const { clock, emit } = this.#options
    const now = clock.elapsed()
    const view = { now, ours: this.#ours!, onChain, hasStood: this.#hasStood, included: this.#included }
    if (isSame(view)) {
      this.#hasStood = true
      this.#isStanding = true
      return
    }
    const isTaken = this.#included !== null && onChain !== null && onChain.block > this.#included.block
    if (isSettling(view) || !(this.#isStanding || isTaken)) return
    this.#isStanding = false
    this.#included = null
    this.#lostAt = [...this.#lostAt.filter(at => now - at < 86_400_000), now]
    const { ip, port } = onChain ?? { ip: null, port: null }
    const shown =
      ip === null ? 'no address of this axon now' : `${axonText({ ip, port })} for this hotkey, which is not this axon`
    emit({ level: 'warn', event: 'announcementLost', message: `the chain shows ${shown}`, ip, port })
    if (this.#lostAt.length === 1) this.expectOtherAddress()
  }

  async #decide(onChain: AnnouncedAxon | null, signal: AbortSignal): Promise<AnnouncementDue> {
    const { chain, clock, reader } = this.#options
    const view = () => ({
      now: clock.elapsed(),
      ours: this.#ours!,
      onChain,
      hasStood: this.#hasStood,
      included: this.#included,
      lostAt: this.#lostAt,
      againAt: this.#againAt,
      retryAt: this.#retryAt,
      blocksLeft: 0,
      blockMs: reader.blockMs,
    })
    const due = announcementDue(view())
    const lastBlock = Math.max(onChain?.block ?? 0, this.#included?.block ?? 0)
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

  #hold(due: AnnouncementDue, onChain: AnnouncedAxon | null): void {
    const { clock, emit, reader } = this.#options
    const { ip, port } = this.#ours!
    if (due.action === 'none') {
      this.#outage.end()
      this.#state = 'announced'
      const { block } = onChain!
      const message = `the chain shows this axon at ${axonText({ ip, port })} already`
      if (this.#reports('announced')) emit({ level: 'info', event: 'alreadyAnnounced', message, ip, port, block })
      return
    }
    if (due.action === 'announce') return
    const ms = Math.min(due.ms, due.action === 'wait' ? (lookAgainMs[due.reason] ?? due.ms) : due.ms)
    this.#dueAt = clock.elapsed() + ms
    reader.checkWithin(ms)
    if (due.action === 'yield') {
      this.#state = 'elsewhere'
      if (!this.#reports('elsewhere')) return
      const other = { ip: onChain?.ip ?? null, port: onChain?.port ?? null }
      const message = `the chain shows ${other.ip ?? 'no address'} in place of this axon, for the second time in a day: two machines use this hotkey, and this one announces itself no more until tomorrow`
      const hint = 'stop the other machine, or serve with --no-announce here'
      emit({ level: 'warn', event: 'announcedElsewhere', message, ...other, hint })
      return
    }
    if (due.reason === 'settling' || due.reason === 'retry') return
    this.#state = 'waiting'
    const message =
      due.reason === 'rateLimit'
        ? `the subnet's serving rate limit delays the announcement of ${axonText({ ip, port })} by ${spanText(due.ms)}`
        : `${axonText({ ip, port })} is announced again in ${spanText(due.ms)}: at most once an hour`
    const waitMs = Math.round(due.ms)
    if (this.#reports(due.reason))
      emit({ level: 'info', event: 'announcementDelayed', message, reason: due.reason, waitMs })
  }

  async #announce(parent: AbortSignal): Promise<void> {
    const { chain, netuid, signer, clock, emit } = this.#options
    const { ip, port, version } = this.#ours!
    using limit = timeoutSignal({ ms: ANNOUNCE_MS, reason: notIncluded, parent })
    try {
      const { signal } = limit
      const { block } = await abortable(chain.announce({ netuid, ip, port, version }, signer, signal), signal)
      if (this.#hasStood) this.#againAt = clock.elapsed()
      this.#hasStood = true
      this.#isStanding = false
      this.#included = { block, at: clock.elapsed() }
      this.#retryAt = 0
      this.#outage.end()
      this.#state = 'announced'
      this.#reported = 'announced'
      this.#dueAt = clock.elapsed() + SETTLE_POLL_MS
      this.#options.reader.checkWithin(SETTLE_POLL_MS)
      const message = `the chain shows this axon at ${axonText({ ip, port })}`
      emit({ level: 'info', event: 'announced', message, ip, port, block })
    } catch (error) {
      parent.throwIfAborted()
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    const { clock, emit, reader } = this.#options
    const isDue = this.#outage.fail(error)
    const { code, message, hint } = this.#outage.problem!
    const retryMs = Math.round(this.#retryMs(error))
    this.#retryAt = clock.elapsed() + retryMs
    this.#dueAt = this.#retryAt
    this.#state = 'failing'
    // The next attempt is decided by what the chain shows then: an announcement without an answer may be included after all.
    reader.checkWithin(code === 'NOT_REGISTERED' ? 0 : retryMs)
    if (!isDue) return
    this.#reported = 'failing'
    emit({
      level: 'warn',
      event: 'announcementFailed',
      message: `announcing the axon fails${this.#outage.forText()}: ${message}; it goes on serving, and announces again in ${spanText(retryMs)}`,
      code,
      forMs: this.#outage.forMs(),
      failures: this.#outage.failures,
      retryMs,
      ...(hint !== null && { hint }),
    })
  }

  #retryMs(error: unknown): number {
    const { failures } = this.#outage
    const backOff = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** (failures - 1)) * (0.75 + Math.random() / 4)
    if (!(error instanceof ChainError)) return backOff
    const { metagraph, blockMs } = this.#options.reader
    switch (error.code) {
      case 'ANNOUNCED_TOO_OFTEN':
        return metagraph ? (metagraph.subnet.servingRateLimit + 1) * blockMs : RATE_LIMIT_MS
      case 'ADDRESS_REFUSED':
      case 'PORT_REFUSED':
        return REFUSED_RETRY_MS
      default:
        return Math.max(backOff, error.retryAfterMs ?? 0)
    }
  }

  /** Whether this is news, so that it is reported once. */
  #reports(what: string): boolean {
    const isNews = this.#reported !== what
    this.#reported = what
    return isNews
  }
}

function notIncluded(): ChainError {
  return new ChainError('NOT_INCLUDED', `no block included the announcement within ${ANNOUNCE_MS / 60_000} minutes`, {
    hint: 'wait: the miner tries again',
  })
}
