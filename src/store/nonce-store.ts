import type { Proof } from '../wires/wire.js'

/** A nonce as the store needs it: to recognise it, and to know when to drop it. */
export type Nonce = Pick<Proof, 'replayKey' | 'signedAtNs' | 'keepMs' | 'legacy'>

/** A nonce to spend. */
export type SignedNonce = Nonce & {
  /** identifies the dendrite whose nonces must rise; null: nonces may come in any order, each once */
  readonly sequence: string | null
}

/** Whose nonce it is. */
export type NonceOwner = {
  /** the hotkey; the address of a stranger */
  readonly countedAs: string
  readonly isStranger: boolean
}

/** How many nonces a store remembers. */
export type NonceCaps = {
  readonly perCaller: number
  readonly inAll: number
}

/** Why a store keeps no nonces at present, so that requests get 503. */
export type StoreFailure = {
  /** of the last failure */
  readonly code: string | null
  readonly message: string
  readonly hint: string
  /** epoch milliseconds, of the first failure */
  readonly since: number
}

/** Why a store that works refuses all callers for a while. */
export type StorePause = {
  /** `unknown`: it may have forgotten nonces; `clockSetBack`: the newest nonces that it dropped are in the clock's future */
  readonly why: 'unknown' | 'clockSetBack'
  /** epoch milliseconds */
  readonly until: number
}

/** How a store does. */
export type StoreState = {
  readonly kind: 'disk' | 'memory' | 'redis'
  /** null: nothing has failed since it last worked */
  readonly failure: StoreFailure | null
  readonly pause: StorePause | null
}

/**
 * The spent nonces of an axon, so that it answers no request twice: neither while it runs nor, but for the store in
 * memory, after a restart.
 */
export type NonceStore = AsyncDisposable & {
  readonly state: StoreState
  /** how many nonces it remembers in this process */
  readonly size: number
  /** Nonces at or below it are stale: they may have been spent before this process began, or dropped since. */
  readonly floorNs: bigint
  /**
   * epoch milliseconds, by the clock as it is set now. Nonces signed until then may have been spent and forgotten. The axon refuses all of them, and all
   * requests until then
   */
  readonly unknownUntilMs: number
  /**
   * Returns whether this process knows the nonce as spent, before its signature is checked. Does not spend it.
   *
   * @throws {Refusal} of a legacy nonce: NOT_VERIFIED when this process has dropped its dendrite · LEGACY_STORE_FULL
   */
  has(nonce: Nonce): boolean
  /**
   * Spends a nonce, once, within two seconds. When this resolves to true, the nonce stays spent, whatever restarts.
   *
   * A legacy nonce has to rise above the last one of its dendrite, which the store never forgets.
   *
   * @returns false when it is spent already, lies at or below the floor, or does not rise
   * @throws {Refusal} TOO_MANY_NONCES · NONCE_STORE_FULL
   * @throws {Refusal} of a legacy nonce: NOT_VERIFIED when its dendrite may have been dropped · LEGACY_STORE_FULL when
   *   the store takes no more hotkeys
   * @throws {Refusal} NONCE_STORE_FAILED when the store cannot keep it in time; the nonce is spent all the same
   */
  spend(nonce: SignedNonce, owner: NonceOwner, nowMs: number): Promise<boolean>
}
