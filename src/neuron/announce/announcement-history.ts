import type { AnnouncedAxon } from '../../chain/metagraph.js'
import type { NeuronClock } from '../clock.js'
import type { NeuronEvent } from '../events.js'
import { type AnnouncementView, DAY_MS, isSame, isSettling, type OwnAxon } from './announcement-due.js'
import { announcementLost } from './announcement-events.js'

/** What tells one registration of a hotkey from the next. */
export type RegistrationId = { readonly uid: number; readonly registeredAt: number | null }

type HistoryOptions = { readonly clock: NeuronClock; readonly emit: (event: NeuronEvent) => void }

/** What the chain has shown of this axon under one registration: when it held our address, and when it lost it. */
export class AnnouncementHistory {
  readonly #options: HistoryOptions
  #registration: RegistrationId | undefined
  #hasStood = false
  /** the chain showed our address when it was last read */
  #isStanding = false
  #included: AnnouncementView['included'] = null
  #lostAt: readonly number[] = []
  #againAt: number | null = null

  constructor(options: HistoryOptions) {
    this.#options = options
  }

  /** What the decision on an announcement depends on. */
  get view(): Pick<AnnouncementView, 'hasStood' | 'included' | 'lostAt' | 'againAt'> {
    return { hasStood: this.#hasStood, included: this.#included, lostAt: this.#lostAt, againAt: this.#againAt }
  }

  /**
   * Begins anew for a hotkey that was registered again: it has no announcement yet, and that is not a loss.
   *
   * @returns whether it was registered again
   */
  begin({ uid, registeredAt }: RegistrationId): boolean {
    const former = this.#registration
    this.#registration = { uid, registeredAt }
    if (!former || (former.uid === uid && former.registeredAt === registeredAt)) return false
    this.#hasStood = false
    this.#isStanding = false
    this.#included = null
    this.#lostAt = []
    return true
  }

  /** Takes what the chain shows. @returns whether it has lost our address since */
  take(ours: OwnAxon, onChain: AnnouncedAxon | null): boolean {
    const now = this.#options.clock.elapsed()
    const view = { now, ours, onChain, hasStood: this.#hasStood, included: this.#included }
    if (isSame(view)) {
      this.#hasStood = true
      this.#isStanding = true
      return false
    }
    const isTaken = this.#included !== null && onChain !== null && onChain.block > this.#included.block
    if (isSettling(view) || !(this.#isStanding || isTaken)) return false
    this.#isStanding = false
    this.#included = null
    this.#lostAt = [...this.#lostAt.filter(at => now - at < DAY_MS), now]
    this.#options.emit(announcementLost(onChain))
    return true
  }

  /** Takes the block that included our announcement. */
  include(block: number): void {
    const now = this.#options.clock.elapsed()
    if (this.#hasStood) this.#againAt = now
    this.#hasStood = true
    this.#isStanding = false
    this.#included = { block, at: now }
  }

  /** This machine has another address, so the chain shows the former one rightly. */
  move(): void {
    this.#isStanding = false
  }
}
