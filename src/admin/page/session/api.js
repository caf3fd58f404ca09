/** @import { HistoryWindow, LiveHistory, LiveStatus, RequestList } from '../../api.js' */

/** The miner does not know this browser. */
export class SignedOut extends Error {}

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
  if (!response.ok) throw new Error(`${path} replied ${response.status}`)
  return await response.json()
}
