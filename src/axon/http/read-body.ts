import type { IncomingMessage } from 'node:http'
import { abortable } from '../../async/abortable.js'
import { Refusal } from '../../wires/refusal.js'
import type { HeldBody } from '../exchange.js'
import type { BodyBudget, BodyPart } from '../state/body-budget.js'
import type { Holder } from '../state/shares.js'

/** A body must have so many bytes in each `windowMs`, or end in it. */
export type BodyPace = { readonly bytesPerSecond: number; readonly windowMs: number }

type Reading = {
  /** bytes that the body may have */
  readonly limit: number
  readonly holder: Holder
  /** of the request: is aborted with BODIES_FULL when the body has to make room for another */
  readonly cancellation: AbortController
}

/**
 * Reads bodies, all of them within one budget. `writeReply` discards what is left unread.
 *
 * Memory: a body takes its content-length from its first byte on, and without one the bytes that have come, in pieces of
 * 16 KiB; those are copied into one buffer at the end.
 */
export class BodyReader {
  readonly #budget: BodyBudget
  readonly #pace: BodyPace

  constructor(budget: BodyBudget, pace: BodyPace) {
    this.#budget = budget
    this.#pace = pace
  }

  /**
   * Reads the whole body of a request.
   *
   * @throws {Refusal} BODY_TOO_LARGE · BODY_TIMEOUT when it comes too slowly · BODIES_FULL
   * @throws the signal's reason
   */
  async read(request: IncomingMessage, { limit, holder, cancellation }: Reading): Promise<HeldBody> {
    const declared = request.headers['content-length']
    const length = declared === undefined ? null : Number(declared)
    if (length !== null && length > limit) throw tooLarge(limit)
    const part = this.#budget.open(holder, refusal => cancellation.abort(refusal))
    const body = length === null ? new Pieces(part, limit) : new Whole(part, length)
    try {
      // Most bodies come with their head, and are there when the signature is checked.
      if (request.complete) takeRest(request, body, cancellation.signal)
      else await this.#receive(request, body, { part, signal: cancellation.signal })
      part.pin()
      return { bytes: body.bytes(), part }
    } catch (error) {
      part[Symbol.dispose]()
      throw error
    }
  }

  /** Takes a body as it comes. @throws as `read` */
  async #receive(
    request: IncomingMessage,
    body: Body,
    { part, signal }: { part: BodyPart; signal: AbortSignal },
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const take = (chunk: Buffer) => {
      try {
        body.add(chunk)
        part.touch()
      } catch (error) {
        reject(error)
      }
    }
    request.on('data', take).once('end', resolve)
    try {
      using _pace = requirePace(() => body.size, this.#pace, reject)
      await abortable(promise, signal)
    } finally {
      request.off('data', take).off('end', resolve)
    }
  }
}

/** Takes a body of which all has come. @throws as `BodyReader.read` */
function takeRest(request: IncomingMessage, body: Body, signal: AbortSignal): void {
  signal.throwIfAborted()
  const chunk: Buffer | null = request.read()
  if (chunk) body.add(chunk)
}

/** What has come of a body. */
type Body = {
  /** bytes */
  readonly size: number
  /** @throws {Refusal} BODY_TOO_LARGE · BODIES_FULL */
  add(chunk: Buffer): void
  bytes(): Buffer
}

function tooLarge(limit: number): Refusal {
  return new Refusal('BODY_TOO_LARGE', String(limit))
}

/** A body of known length: one buffer. The parser of HTTP gives no more bytes than that. */
class Whole implements Body {
  readonly #part: BodyPart
  readonly #length: number
  #bytes: Buffer | undefined
  size = 0

  constructor(part: BodyPart, length: number) {
    this.#part = part
    this.#length = length
  }

  add(chunk: Buffer): void {
    if (!this.#bytes) this.#part.take(this.#length)
    // Not for a part of a larger buffer, which would stay in memory with it.
    if (chunk.length === this.#length && chunk.buffer.byteLength === this.#length) {
      this.#bytes = chunk
      this.size = this.#length
      return
    }
    this.#bytes ??= Buffer.allocUnsafeSlow(this.#length)
    this.size += chunk.copy(this.#bytes, this.size)
  }

  bytes(): Buffer {
    return (this.#bytes ?? Buffer.alloc(0)).subarray(0, this.size)
  }
}

/** A body in chunks of HTTP, whose length its caller chooses: each kept chunk would cost some hundred bytes more. */
class Pieces implements Body {
  readonly #part: BodyPart
  readonly #limit: number
  readonly #pieces: Buffer[] = []
  #free = 0
  size = 0

  constructor(part: BodyPart, limit: number) {
    this.#part = part
    this.#limit = limit
  }

  add(chunk: Buffer): void {
    if (this.size + chunk.length > this.#limit) throw tooLarge(this.#limit)
    for (let at = 0; at < chunk.length; ) {
      if (this.#free === 0) this.#grow()
      const copied = chunk.copy(this.#pieces.at(-1)!, PIECE - this.#free, at)
      at += copied
      this.#free -= copied
      this.size += copied
    }
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces, this.size)
  }

  #grow(): void {
    this.#part.take((this.#pieces.length + 1) * PIECE)
    this.#pieces.push(Buffer.allocUnsafeSlow(PIECE))
    this.#free = PIECE
  }
}

const PIECE = 16 * 1024

/** Calls `onSlow` with BODY_TIMEOUT when the size has grown by less than the pace in one window, until it is disposed. */
function requirePace(
  size: () => number,
  { bytesPerSecond, windowMs }: BodyPace,
  onSlow: (refusal: Refusal) => void,
): Disposable {
  let before = 0
  let due: NodeJS.Immediate | undefined
  const look = () => {
    const now = size()
    if (now - before < (bytesPerSecond * windowMs) / 1000) onSlow(new Refusal('BODY_TIMEOUT'))
    before = now
  }
  // Periodic, so neither `withTimeout` nor `timeoutSignal`. It looks when the bytes that came during a long turn are read.
  const timer = setInterval(() => {
    due = setImmediate(look)
  }, windowMs)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      clearImmediate(due)
    },
  }
}
