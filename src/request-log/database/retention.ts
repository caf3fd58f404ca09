import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { numberOf } from './schema.js'

export type RetentionLimits = {
  /** milliseconds that a request stays */
  readonly maxAgeMs: number
  /** bytes that the requests may take */
  readonly maxBytes: number
}

/** How many requests a transaction drops at least, when there are so many; more when it has written more. */
const LEAST_DROPPED = 1_000
/** How much is left when the file was too large, so that the next transactions need not drop. */
const KEPT_SHARE = 0.95
/** How many times in one transaction the file may be found too large still: each drops as many requests again. */
const MOST_PASSES = 4
/** Free pages that are given back at once; fewer stay for the next requests. */
const LEAST_PAGES = 64
const MOST_PAGES = 8_192

/** Drops requests that are too old, or for which there is no room, and gives their bytes back to the disk. */
export class Retention {
  readonly #database: DatabaseSync
  readonly #limits: RetentionLimits
  readonly #dropOlder: StatementSync
  readonly #dropOldest: StatementSync
  readonly #dropStrangers: StatementSync

  constructor(database: DatabaseSync, limits: RetentionLimits) {
    this.#database = database
    this.#limits = limits
    this.#dropOlder = database.prepare(
      'DELETE FROM requests WHERE seq IN (SELECT seq FROM requests WHERE at < ? ORDER BY at LIMIT ?)',
    )
    this.#dropOldest = database.prepare(
      'DELETE FROM requests WHERE seq IN (SELECT seq FROM requests ORDER BY seq LIMIT ?)',
    )
    this.#dropStrangers = database.prepare('DELETE FROM strangers WHERE minute < ?')
  }

  /**
   * Drops requests within a transaction.
   *
   * @param now epoch milliseconds
   * @param written how many requests the transaction has written
   * @returns whether there is more to drop or to give back
   */
  prune(now: number, written: number): boolean {
    const { maxAgeMs, maxBytes } = this.#limits
    const most = Math.max(LEAST_DROPPED, 2 * written)
    const oldest = now - maxAgeMs
    const { changes } = this.#dropOlder.run(oldest, most)
    this.#dropStrangers.run(Math.floor(oldest / 60_000))
    let isOver = this.#usedBytes() > maxBytes
    for (let pass = 0; isOver && pass < MOST_PASSES; pass++) {
      this.#dropOldest.run(Math.min(most, this.#surplus()))
      isOver = this.#usedBytes() > KEPT_SHARE * maxBytes
    }
    const free = numberOf(this.#database, 'PRAGMA freelist_count')
    if (free >= LEAST_PAGES) this.#database.exec(`PRAGMA incremental_vacuum(${MOST_PAGES})`)
    return isOver || Number(changes) >= most || free > MOST_PAGES
  }

  /** About how many requests are too many, if all take the same. */
  #surplus(): number {
    const count = numberOf(this.#database, 'SELECT coalesce(max(seq) - min(seq) + 1, 0) FROM requests')
    return Math.ceil(count * (1 - (KEPT_SHARE * this.#limits.maxBytes) / this.#usedBytes()))
  }

  /** What is in use: pages that were freed are given back, or used again. */
  #usedBytes(): number {
    const pages = numberOf(this.#database, 'PRAGMA page_count') - numberOf(this.#database, 'PRAGMA freelist_count')
    return pages * numberOf(this.#database, 'PRAGMA page_size')
  }
}
