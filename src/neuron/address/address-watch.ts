import { abortable } from '../../async/abortable.js'
import type { NeuronClock } from '../clock.js'
import type { NeuronEvent } from '../events.js'
import { type NeuronProblem, Outage } from '../outage.js'
import type { OwnAddress } from './own-address.js'

type WatchOptions = {
  readonly address: OwnAddress
  readonly clock: NeuronClock
  readonly emit: (event: NeuronEvent) => void
}

/** Routers get another address once in a while, and a public service is not to be asked more often. */
const FIND_MS = 3_600_000
const FIND_RETRY_MS = 10 * 60_000
/** A chain that comes and goes must not wear the services out. */
const FIND_AGAIN_MS = 5 * 60_000

/**
 * Finds the address of this machine again, each hour and after a sign that it changed. An address that the operator gave
 * stays.
 */
export class AddressWatch {
  readonly #options: WatchOptions
  readonly #outage: Outage
  #ip: string
  #foundAt: number
  #findAt: number

  constructor(options: WatchOptions) {
    this.#options = options
    this.#outage = new Outage(options.clock)
    this.#ip = options.address.ip
    this.#foundAt = options.clock.elapsed()
    this.#findAt = this.#nextFindAt(FIND_MS)
  }

  /** As it was found last, in its canonical spelling. */
  get ip(): string {
    return this.#ip
  }

  /** Why the address cannot be found; null: it can. */
  get problem(): NeuronProblem | null {
    return this.#outage.problem
  }

  /** When `find` has to ask, by the clock's `elapsed`. */
  get dueAt(): number {
    return this.#findAt
  }

  /** Asks again soon: a network that was gone may be another one. */
  expectOther(): void {
    if (this.#options.address.find) this.#findAt = Math.min(this.#findAt, this.#foundAt + FIND_AGAIN_MS)
  }

  /** Finds the address again when that is due. Only the signal lets it throw. @returns whether it changed */
  async find(signal: AbortSignal): Promise<boolean> {
    const { clock, emit, address } = this.#options
    if (!address.find || clock.elapsed() < this.#findAt) return false
    this.#foundAt = clock.elapsed()
    try {
      const ip = await abortable(address.find(signal), signal)
      this.#findAt = this.#nextFindAt(FIND_MS)
      const afterMs = this.#outage.end()
      if (afterMs !== undefined)
        emit({ level: 'info', event: 'addressKnown', message: 'the address services agree again', ip, afterMs })
      if (ip === this.#ip) return false
      const message = `this machine has the address ${ip} now: it is announced in place of ${this.#ip}`
      emit({ level: 'info', event: 'addressChanged', message, ip, formerIp: this.#ip })
      this.#ip = ip
      return true
    } catch (error) {
      signal.throwIfAborted()
      this.#fail(error)
      return false
    }
  }

  #fail(error: unknown): void {
    this.#findAt = this.#nextFindAt(FIND_RETRY_MS)
    if (!this.#outage.fail(error)) return
    const { code, message } = this.#outage.problem!
    this.#options.emit({
      level: 'warn',
      event: 'addressUnknown',
      message: `${message}${this.#outage.forText()}; meanwhile ${this.#ip} stays announced`,
      code,
      forMs: this.#outage.forMs(),
      hint: 'if it is right, give it with --axon-external-ip: the miner then asks no service',
    })
  }

  #nextFindAt(ms: number): number {
    const { address, clock } = this.#options
    return address.find ? clock.elapsed() + ms * (0.9 + Math.random() / 5) : Number.POSITIVE_INFINITY
  }
}
