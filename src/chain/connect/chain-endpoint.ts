import type { ChainError } from '../chain-error.js'
import { endpointName } from './endpoint-name.js'
import type { ChainLimits } from './limits.js'

/** One endpoint of the chain: how it fared, and until when it rests. Its times are those of `performance.now()`. */
export class ChainEndpoint {
  readonly url: string
  /** as messages show it */
  readonly name: string
  readonly #limits: ChainLimits
  #failures = 0
  #dueAt = 0
  #error: ChainError | undefined
  #metadata: { readonly codeHash: string; readonly bytes: Uint8Array } | undefined

  constructor(url: string, limits: ChainLimits) {
    // ws throws at a fragment, where nothing catches that.
    const { hash } = new URL(url)
    this.url = url.slice(0, url.length - hash.length)
    this.name = endpointName(url)
    this.#limits = limits
  }

  /** when it may be tried again */
  get dueAt(): number {
    return this.#dueAt
  }

  /** of its last failure; undefined after a call that went well */
  get error(): ChainError | undefined {
    return this.#error
  }

  /** @returns whether it failed in another way than the last time, and for how long it rests now */
  fail(error: ChainError): { readonly isNews: boolean; readonly restMs: number } {
    const isNews = this.#error?.message !== error.message
    const restMs = this.#restFor(error)
    this.#error = error
    this.#failures += 1
    this.#dueAt = performance.now() + restMs
    return { isNews, restMs }
  }

  /** Notes that a call went well: connecting alone proves little. */
  succeed(): void {
    this.#failures = 0
    this.#error = undefined
  }

  /** Keeps the metadata of its last runtime: a new connection to it then saves a megabyte. */
  keepMetadata(codeHash: string, bytes: Uint8Array): void {
    this.#metadata = { codeHash, bytes }
  }

  /** Metadata counts for the endpoint that sent it only: a hostile one must not spoil the answers of others. */
  metadataOf(codeHash: string): Uint8Array | null {
    return this.#metadata?.codeHash === codeHash ? this.#metadata.bytes : null
  }

  forgetMetadata(): void {
    this.#metadata = undefined
  }

  #restFor(error: ChainError): number {
    const backoff = backoffMs(this.#failures, this.#limits)
    if (error.code === 'WRONG_CHAIN') return Math.max(backoff, this.#limits.wrongChainMs)
    if (error.code === 'ENDPOINT_BUSY') return Math.max(backoff, error.retryAfterMs ?? this.#limits.busyMs)
    return Math.max(backoff, error.retryAfterMs ?? 0)
  }
}

/**
 * Returns how long an endpoint rests: twice as long after each failure, less up to a half by chance, so that the miners
 * that a restarted node has lost do not return all at once.
 *
 * @param failures before this one
 * @param random from 0 to 1
 */
export function backoffMs(
  failures: number,
  { restMs, maxRestMs }: Pick<ChainLimits, 'restMs' | 'maxRestMs'>,
  random = Math.random(),
): number {
  const full = Math.min(restMs * 2 ** Math.min(failures, 30), maxRestMs)
  return full * (1 - random / 2)
}
