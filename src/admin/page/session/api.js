/** @import { HistoryWindow, LiveHistory, LiveStatus, RequestList } from '../../api.js' */

/** The miner does not know this browser. */
export class SignedOut extends Error {}

/** The miner replied, but not with what was asked for. */
export class Unanswered extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`it replied ${status}`)
    this.status = status
  }
}

/**
 * @param {unknown} error of a fetch
 * @returns what it tells the operator, as a sentence
 */
export function reasonOf(error) {
  if (!(error instanceof Unanswered)) return 'The miner does not reply.'
  if (error.status === 503) return 'The miner is starting: its axon is not open yet.'
  if (error.status === 429) return 'Too many wrong tokens came from this address in the last minute.'
  return `The miner replied ${error.status}.`
}

/** How long a reply may take: an admin port that stands still is reported as one that cannot be reached. */
const REPLY_MS = 10_000

/** @returns {Promise<LiveStatus>} */
export function fetchStatus() {
  return fetchJson('/api/status')
}

/**
 * @param {HistoryWindow} window
 * @returns {Promise<LiveHistory>}
 */
export function fetchHistory(window) {
  return fetchJson(`/api/history?window=${window}`)
}

/**
 * @param {number} limit
 * @returns {Promise<RequestList>}
 */
export function fetchRequests(limit) {
  return fetchJson(`/api/requests?limit=${limit}`)
}

/** @param {string} path */
async function fetchJson(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(REPLY_MS) })
  if (response.status === 401) throw new SignedOut()
  if (!response.ok) throw new Unanswered(response.status)
  return await response.json()
}
