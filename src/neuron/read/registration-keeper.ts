import type { Registration } from '../../chain/chain.js'
import type { NeuronEvent } from '../events.js'

type KeeperOptions = {
  /** ss58 */
  readonly hotkey: string
  readonly netuid: number
  /** registers the hotkey, for the hint */
  readonly registerCommand: string
  readonly emit: (event: NeuronEvent) => void
  /** called when the hotkey has lost its place */
  readonly onDeregistered: () => void
}

/** Keeps the last registration of the hotkey, and reports when it changes. */
export class RegistrationKeeper {
  readonly #options: KeeperOptions
  #registration: Registration | null | undefined

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  /** null: the hotkey is not registered; undefined: the chain has not told yet */
  get registration(): Registration | null | undefined {
    return this.#registration
  }

  /**
   * Takes what was read.
   *
   * @param formerUid by the last metagraph, if it has the hotkey
   * @param reset how the chain shows that it was reset, if it was
   */
  take(registration: Registration | null, formerUid: number | null, reset: string | null): void {
    const { emit, onDeregistered } = this.#options
    const former = this.#registration
    this.#registration = registration
    if (registration === null) {
      if (former === null) return
      emit(this.#deregistered(former?.uid ?? formerUid, reset))
      onDeregistered()
    } else if (!former) emit(this.#registered(registration))
    else if (former.uid !== registration.uid || former.registeredAt !== registration.registeredAt)
      emit(this.#uidChanged(former, registration))
  }

  #registered({ uid, registeredAt }: Registration): NeuronEvent {
    const { hotkey, netuid } = this.#options
    const message = `the hotkey ${hotkey} has uid ${uid} on subnet ${netuid}`
    return { level: 'info', event: 'registered', message, uid, registeredAt }
  }

  #uidChanged({ uid: formerUid }: Registration, { uid }: Registration): NeuronEvent {
    const message = `the hotkey was registered anew on subnet ${this.#options.netuid}: it had uid ${formerUid} and has ${uid}`
    return { level: 'warn', event: 'uidChanged', message, uid, formerUid }
  }

  #deregistered(uid: number | null, reset: string | null): NeuronEvent {
    const { hotkey, netuid, registerCommand } = this.#options
    const message = reset
      ? `the chain was reset (${reset}), and the hotkey ${hotkey} is no longer registered on subnet ${netuid}`
      : `the hotkey ${hotkey} has lost its place in subnet ${netuid}: validators no longer ask it`
    const hint = `register it again: ${registerCommand}`
    return { level: 'error', event: 'deregistered', message, uid, hint }
  }
}
