/** @import { HistoryPoint, LiveHistory } from '../../api.js' */

/** The points of one window, as far as this page knows them. */
export class Points {
  #windowMs
  #stepMs = 1000
  /** @type {readonly HistoryPoint[]} */
  #points = []

  /** @param {number} windowMs */
  constructor(windowMs) {
    this.#windowMs = windowMs
  }

  get windowMs() {
    return this.#windowMs
  }

  get stepMs() {
    return this.#stepMs
  }

  get list() {
    return this.#points
  }

  /**
   * Takes in what the miner remembers. Older points stay: a miner that started again has forgotten them.
   *
   * @param {LiveHistory} history
   * @param {number} now of the miner's clock
   */
  load({ stepMs, points }, now) {
    this.#stepMs = stepMs
    const ended = points.filter(({ at }) => at + stepMs <= now) // the open step would be shown as a fall
    const [first = Number.POSITIVE_INFINITY, last = 0] = [ended[0]?.at, ended.at(-1)?.at]
    const older = this.#points.filter(({ at }) => at < first)
    const newer = this.#points.filter(({ at }) => at >= first && at > last) // came while the history was on its way
    this.#points = [...older, ...ended, ...newer]
    this.#cut()
  }

  /**
   * Adds the point of a step that has just ended.
   *
   * @param {HistoryPoint} point
   * @returns false when points between the last one and this one are missing
   */
  add(point) {
    const last = this.#points.at(-1)
    if (last && point.at <= last.at) return true
    this.#points = [...this.#points, point]
    this.#cut()
    return !last || point.at - last.at < 1.5 * this.#stepMs
  }

  #cut() {
    const oldest = (this.#points.at(-1)?.at ?? 0) - this.#windowMs - this.#stepMs
    this.#points = this.#points.filter(({ at }) => at >= oldest)
  }
}

/** @typedef {{ readonly from: number, readonly to: number }} Gap epoch milliseconds */

/**
 * Finds the spans of time that the page has not received.
 *
 * @param {readonly HistoryPoint[]} points
 * @param {number} stepMs
 * @param {number} now until when there should be data
 * @returns {Gap[]}
 */
export function gapsIn(points, stepMs, now) {
  const ends = [...points.slice(1).map(({ at }) => at), now - stepMs]
  return points.flatMap((point, index) => {
    const next = ends[index] ?? now
    // The newest point comes up to a step late.
    const most = index === points.length - 1 ? 3 * stepMs : 1.5 * stepMs
    return next - point.at > most ? [{ from: point.at + stepMs, to: next }] : []
  })
}
