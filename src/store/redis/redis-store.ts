import { createHmac, randomUUID } from 'node:crypto'
import { legacyFullReport } from '../legacy-nonces.js'
import { NonceMemory } from '../nonce-memory.js'
import type { Nonce, NonceCaps, NonceOwner, NonceStore, SignedNonce, StoreState } from '../nonce-store.js'
import { RisingNonces } from '../rising-nonces.js'
import { SteadyInstant, type StoreClocks } from '../steady-instant.js'
import { StoreError } from '../store-error.js'
import type { OnStoreEvent } from '../store-events.js'
import { StoreOutage } from '../store-outage.js'
import { pauseOf, requireKnown, UNKNOWN_MS, unknownEvent } from '../unknown-time.js'
import { LEGACY, legacyArguments, readLegacyReply } from './legacy-script.js'
import type { RedisConnection } from './redis-connection.js'
import { RedisLink } from './redis-link.js'
import { sharedSecretOf } from './shared-secret.js'

export type RedisStoreOptions = NonceCaps &
  StoreClocks & {
    /** redis: or rediss:, with user and password */
    readonly url: string
    /** which the replicas share: who reads the Redis cannot tell whose nonces it holds */
    readonly secret: string
    /** of the axon: other miners may use the same Redis */
    readonly hotkey: string
    readonly onEvent: OnStoreEvent
    /** whether legacy nonces come, which never expire: the Redis has to keep them over its own restart */
    readonly legacyNonces: boolean
    /** how long a request waits for Redis */
    readonly commandMs?: number
  }

const COMMAND_MS = 2_000

/**
 * The clocks of replicas may differ by so much: another one may have spent a nonce that is so much further ahead of this clock
 * than a caller's may be.
 */
const SKEW_MS = 2_000
/** A key outlives its nonce by so much, because the clock of the server may be set forward meanwhile. */
const MARGIN_MS = 10_000

/**
 * Keeps the spent nonces in a Redis or Valkey, which replicas of an axon share: each nonce is spent by one of them, with one
 * command. While there is no connection, and for 6 s after the server was started again, it spends none.
 *
 * @throws {StoreError} STORE_UNREACHABLE · STORE_REFUSED · STORE_UNSUITABLE · STORE_SECRET
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<NonceStore> {
  const store = new RedisStore(options)
  await store.open()
  return store
}

class RedisStore implements NonceStore {
  readonly #options: RedisStoreOptions
  readonly #memory: NonceMemory
  /** of legacy nonces that this replica spent or refused: its Redis may lose the last ones when it ends */
  readonly #legacy = new RisingNonces()
  readonly #outage: StoreOutage
  readonly #onLegacyFull: () => void
  #link: RedisLink | null = null
  #unknownUntil: SteadyInstant

  constructor(options: RedisStoreOptions) {
    this.#options = options
    this.#unknownUntil = SteadyInstant.in(0, options)
    this.#memory = new NonceMemory({ ...options, salt: randomUUID(), startedAt: this.#unknownUntil })
    this.#outage = new StoreOutage(options.onEvent, options.now)
    const hint = `delete ${this.#keyOf('legacy', '')} in the Redis, which counts the hotkeys; their nonces stay`
    this.#onLegacyFull = legacyFullReport(options.onEvent, hint)
  }

  get size(): number {
    return this.#memory.size
  }

  get floorNs(): bigint {
    return this.#memory.floorNs
  }

  get unknownUntilMs(): number {
    return this.#unknownUntil.epochMs
  }

  get state(): StoreState {
    return { kind: 'redis', failure: this.#outage.failure, pause: pauseOf(this, this.#options.now()) }
  }

  async open(): Promise<void> {
    const { url, commandMs = COMMAND_MS, legacyNonces } = this.#options
    this.#link = await RedisLink.open({
      url,
      commandMs,
      mustPersist: legacyNonces,
      sharedSecret: sharedSecretOf(this.#options),
      onUnknown: unknown => this.#beginUnknown(unknown),
      onConnected: () => this.#outage.worked(),
      onLost: cause => void this.#outage.failed(cause, hintOf(cause)),
    })
  }

  has(nonce: Nonce): boolean {
    const { legacy, signedAtNs } = nonce
    return legacy ? this.#legacy.has(this.#digest(legacy.sequence), signedAtNs) : this.#memory.has(nonce)
  }

  async spend(nonce: SignedNonce, owner: NonceOwner, nowMs: number): Promise<boolean> {
    if (!nonce.legacy && !this.#memory.spend(nonce, owner, nowMs)) return false
    try {
      const connection = this.#link?.connection
      // The link reports why.
      if (!connection) throw this.#outage.refusal()
      // The server may have been started again while the signature was checked.
      requireKnown(nonce.legacy ? null : nonce.signedAtNs, { nowMs, unknownUntilMs: this.unknownUntilMs })
      const isFirst = await this.#send(connection, nonce, nowMs)
      this.#outage.worked()
      return isFirst
    } catch (error) {
      throw error instanceof Error && error.name === 'Refusal' ? error : this.#outage.failed(error, hintOf(error))
    }
  }

  /** One round trip; true: this is the first time. */
  async #send(connection: RedisConnection, nonce: SignedNonce, nowMs: number) {
    const { replayKey, signedAtNs, keepMs, sequence, legacy } = nonce
    if (legacy) {
      const dendrite = this.#digest(legacy.sequence)
      if (!this.#legacy.rises(dendrite, signedAtNs)) return false
      const keys = [this.#keyOf('legacy', legacy.hotkey), this.#keyOf('legacy', '')]
      const words = legacyArguments(dendrite, { ...legacy, signedAtNs, nowMs })
      const reply = await connection.command('EVAL', LEGACY, '2', ...keys, ...words)
      if (reply === 'full') this.#onLegacyFull()
      return readLegacyReply(reply)
    }
    const leftMs = String(Math.ceil(Number(signedAtNs / 1_000_000n) + keepMs + MARGIN_MS - nowMs))
    const key = this.#keyOf('nonce', replayKey)
    if (sequence === null) return (await connection.command('SET', key, '1', 'NX', 'PX', leftMs)) === 'OK'
    const digits = String(signedAtNs).padStart(20, '0')
    return (await connection.command('EVAL', RISING, '2', key, this.#keyOf('last', sequence), leftMs, digits)) === 1
  }

  #keyOf(kind: string, text: string): string {
    return `miner:${kind}:${this.#digest(`${kind}\n${this.#options.hotkey}\n${text}`)}`
  }

  #digest(text: string): string {
    return createHmac('sha256', this.#options.secret).update(text).digest('base64url').slice(0, 22)
  }

  #beginUnknown({ why, isFirst }: { readonly why: string; readonly isFirst: boolean }): void {
    this.#unknownUntil = SteadyInstant.in(UNKNOWN_MS + SKEW_MS, this.#options)
    this.#options.onEvent(unknownEvent(isFirst ? 'info' : 'warn', why, this.unknownUntilMs))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#link?.[Symbol.dispose]()
  }
}

/** Spends a nonce, and lets it rise above the last one of its dendrite; numbers of equal length compare as text. */
const RISING = `if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return 0 end
local last = redis.call('GET', KEYS[2])
if last and ARGV[2] <= last then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[1])
return 1`

function hintOf(cause: unknown): string {
  const known = cause instanceof StoreError ? cause.hint : undefined
  return known ?? 'see whether the Redis runs, has room, and is in reach of this machine'
}
