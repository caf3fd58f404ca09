import type { AnnouncedAxon } from '../../chain/metagraph.js'
import type { NeuronClock } from '../clock.js'
import {
  type AnnouncementPlace,
  announcementPath,
  loadAnnouncements,
  type SavedAnnouncements,
  saveAnnouncements,
} from '../disk/announcement-file.js'
import type { NeuronEvent } from '../events.js'
import { Outage } from '../outage.js'
import { isFarBehind } from '../read/plausible-reads.js'
import { type AnnouncementView, DAY_MS, isSame, isSettling, MAX_LOSSES, type OwnAxon } from './announcement-due.js'
import { announcementLost } from './announcement-events.js'

type HistoryOptions = {
  readonly place: AnnouncementPlace
  readonly clock: NeuronClock
  readonly emit: (event: NeuronEvent) => void
}

type RegistrationId = Pick<SavedAnnouncements, 'uid' | 'registeredAt'>

/**
 * What the chain has shown of this axon under one registration: when it held our address, and when it lost it. The losses of
 * a day are kept on disk: two machines with one hotkey, each under a supervisor, would otherwise take turns for ever.
 */
export class AnnouncementHistory {
  readonly #options: HistoryOptions
  readonly #saving: Outage
  #registration: RegistrationId | undefined
  #hasStood = false
  /** the chain showed our address when it was last read */
  #isStanding = false
  #included: AnnouncementView['included'] = null
  #block: number | null = null
  #lostAt: readonly number[] = []
  #againAt: number | null = null
  #savedText = ''

  constructor(options: HistoryOptions) {
    this.#options = options
    this.#saving = new Outage(options.clock)
  }

  /** What the decision on an announcement depends on. */
  get view(): Pick<AnnouncementView, 'hasStood' | 'included' | 'lostAt' | 'againAt'> {
    return { hasStood: this.#hasStood, included: this.#included, lostAt: this.#lostAt, againAt: this.#againAt }
  }

  /** Of our announcement that the chain held last, also from before the start; null: the chain lost it, or held none. */
  get block(): number | null {
    return this.#block
  }

  /**
   * Reads the history of this registration from disk, the first time. Later it begins anew for a hotkey that was registered
   * again: it has no announcement yet, and that is not a loss.
   *
   * @param head a block that the chain has reached
   * @returns whether it was registered again
   */
  async begin({ uid, registeredAt }: RegistrationId, head: number): Promise<boolean> {
    const former = this.#registration
    this.#registration = { uid, registeredAt }
    if (!former) await this.#load(this.#registration, head)
    if (!former || isOf(former, this.#registration)) return false
    this.forget()
    return true
  }

  /** Begins anew. */
  forget(): void {
    this.#hasStood = false
    this.#isStanding = false
    this.#included = null
    this.#block = null
    this.#lostAt = []
  }

  /** Takes what the chain shows. @returns whether it has lost our address since */
  take(ours: OwnAxon, onChain: AnnouncedAxon | null): boolean {
    const now = this.#options.clock.elapsed()
    const view = { now, ours, onChain, hasStood: this.#hasStood, included: this.#included }
    if (isSame(view)) {
      this.#hasStood = true
      this.#isStanding = true
      this.#block = onChain!.block
      return false
    }
    const isTaken = this.#block !== null && onChain !== null && onChain.block > this.#block
    if (isSettling(view) || !(this.#isStanding || isTaken)) return false
    this.#isStanding = false
    this.#included = null
    this.#block = null
    this.#lostAt = [...this.#lostAt.filter(at => now - at < DAY_MS), now].slice(-MAX_LOSSES)
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
    this.#block = block
  }

  /** This machine has another address, so the chain shows the former one rightly. */
  move(): void {
    this.#isStanding = false
  }

  /** Saves what has changed for the next start. Reports a failure, and its end; never throws. */
  async save(): Promise<void> {
    const { clock, emit, place } = this.#options
    if (!this.#registration) return
    const skewMs = clock.now() - clock.elapsed()
    const text = JSON.stringify([this.#registration, this.#block, this.#lostAt])
    if (text === this.#savedText) return
    const lostAt = this.#lostAt.map(at => Math.max(0, Math.round(at + skewMs)))
    const path = announcementPath(place)
    try {
      await saveAnnouncements(place, { ...this.#registration, block: this.#block, lostAt })
      this.#savedText = text
      const afterMs = this.#saving.end()
      if (afterMs === undefined) return
      emit({ level: 'info', event: 'historySaved', message: 'the announcements are saved again', path, afterMs })
    } catch (error) {
      if (!this.#saving.fail(error)) return
      const { code, message: why } = this.#saving.problem!
      const message = `cannot save when the chain lost the address of this axon (${why}): a restart would announce it again, and fight with another machine that uses this hotkey`
      emit({ level: 'warn', event: 'historyNotSaved', message, path, code, forMs: this.#saving.forMs() })
    }
  }

  async #load(registration: RegistrationId, head: number): Promise<void> {
    const { clock, emit, place } = this.#options
    const found = await loadAnnouncements(place)
    if (found === null) return
    if ('refused' in found) {
      const path = announcementPath(place)
      const message = `what is kept of earlier announcements cannot be used: it ${found.refused}`
      emit({ level: 'warn', event: 'historyRefused', message, path })
      return
    }
    const { saved } = found
    if (!isOf(saved, registration)) return
    // A local chain that was reset while the miner was stopped may have the same registration, but not the announcement.
    const isOfFormerChain = saved.block !== null && isFarBehind({ block: saved.block }, head)
    this.#block = isOfFormerChain ? null : saved.block
    const ages = saved.lostAt.map(at => clock.now() - at)
    // A loss in the future tells that the clock was, or is, wrong; when it happened is then not known.
    this.#lostAt = ages.filter(ageMs => ageMs >= 0 && ageMs < DAY_MS).map(ageMs => clock.elapsed() - ageMs)
  }
}

function isOf(one: RegistrationId, other: RegistrationId): boolean {
  return one.uid === other.uid && one.registeredAt === other.registeredAt
}
