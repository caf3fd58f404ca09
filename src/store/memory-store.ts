import { randomUUID } from 'node:crypto'
import { legacyFullReport } from './legacy-nonces.js'
import { NonceMemory } from './nonce-memory.js'
import type { Nonce, NonceCaps, NonceOwner, NonceStore, SignedNonce, StoreState } from './nonce-store.js'
import { SteadyInstant, type StoreClocks } from './steady-instant.js'
import type { OnStoreEvent } from './store-events.js'
import { pauseOf } from './unknown-time.js'

/**
 * Keeps the spent nonces in memory only, for development, tests and embedding. Everything signed before its start is stale.
 * After a restart, it takes a nonce again that was signed ahead of this clock: by a caller whose clock is 3.9 s ahead, for
 * 3.9 s.
 */
export class MemoryStore implements NonceStore {
  readonly unknownUntilMs = 0
  readonly #memory: NonceMemory
  readonly #now: () => number

  constructor(options: NonceCaps & StoreClocks & { readonly onEvent?: OnStoreEvent }) {
    const startedAt = SteadyInstant.in(0, options)
    this.#now = options.now
    const hint = 'start the miner again; recorded requests with legacy nonces are then answered once more'
    const onLegacyFull = legacyFullReport(options.onEvent ?? (() => {}), hint)
    this.#memory = new NonceMemory({ ...options, salt: randomUUID(), startedAt, onLegacyFull })
  }

  get size(): number {
    return this.#memory.size
  }

  get floorNs(): bigint {
    return this.#memory.floorNs
  }

  get state(): StoreState {
    return { kind: 'memory', failure: null, pause: pauseOf(this, this.#now()) }
  }

  has(nonce: Nonce): boolean {
    return this.#memory.has(nonce)
  }

  async spend(nonce: SignedNonce, owner: NonceOwner, nowMs: number): Promise<boolean> {
    return this.#memory.spend(nonce, owner, nowMs) !== null
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
