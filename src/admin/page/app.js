/** @import { HistoryWindow, LiveStatus, RequestEntry } from '../api.js' */
import { Charts } from './charts/charts.js'
import { Points } from './charts/points.js'
import { byId, setText } from './element.js'
import { zoneName } from './format.js'
import { Chain } from './panels/chain.js'
import { Drawer } from './panels/drawer.js'
import { showEndpoints } from './panels/endpoints.js'
import { showHeadline, showProblems } from './panels/headline.js'
import { showMoney } from './panels/money.js'
import { showReasons } from './panels/reasons.js'
import { MOST_REQUESTS, Requests } from './panels/requests.js'
import { Validators } from './panels/validators.js'
import { fetchHistory, fetchRequests, reasonOf, SignedOut } from './session/api.js'
import { showConnection } from './session/connection.js'
import { askForToken, hideLogin, signInByFragment } from './session/login.js'
import { LiveStream } from './session/stream.js'
import { switchTheme } from './theme-switch.js'

const drawer = new Drawer()
const chain = new Chain()
const validators = new Validators(drawer)
const requests = new Requests(drawer)
const charts = new Charts(chooseWindow)
const points = { '5m': new Points(5 * 60_000), '1h': new Points(3_600_000), '24h': new Points(24 * 3_600_000) }

/** @type {HistoryWindow} */
let chosen = '5m'
/** @type {LiveStatus | undefined} */
let status
/** how far the miner's clock is ahead of this browser's */
let aheadMs = 0
/** @type {RequestEntry[]} requests that the page does not show yet */
let arrived = []
/** how many events had been dropped when the requests were fetched */
let fetchedAtDropped = 0
let isFrameDue = false
/** when a history was last asked for */
let loadedAt = 0

const stream = new LiveStream({
  onState: showConnection(() => stream.retry()),
  onLive: catchUp,
  onSignedOut: signIn,
  on: {
    status(data) {
      status = data
      aheadMs = data.at - Date.now()
      drawSoon()
    },
    point(data) {
      // Points are missing at the beginning, and when the stream was too slow for some.
      if (!points['5m'].add(data)) loadHistory('5m')
    },
    request(data) {
      arrived.push(data)
      arrived = arrived.slice(-MOST_REQUESTS)
    },
  },
})

setText(byId('zone'), `times in ${zoneName()}`)
switchTheme(() => {
  charts.recolour()
  chain.recolour()
})
// The address with the token, opened in this tab.
addEventListener('hashchange', () => location.hash.includes('token=') && begin())
setInterval(() => {
  drawSoon() // also while the connection is broken: the time axis goes on, so that the missing time shows
  // No event has the points of the longer windows.
  if (chosen !== '5m' && Date.now() - loadedAt >= points[chosen].stepMs) loadHistory(chosen)
}, 1000)
// The stream has a part of the requests of a busy second.
setInterval(() => status && status.dropped !== fetchedAtDropped && loadRequests(), 5000)
begin()

/** Signs in by the token in the address, if it has one, and connects. */
async function begin() {
  const problem = await signInByFragment()
  if (problem !== undefined) await signIn(problem)
  else stream.retry()
}

/** @param {string} [problem] */
async function signIn(problem) {
  await askForToken(problem)
  stream.retry()
}

/** Fetches what came while there was no stream. */
async function catchUp() {
  hideLogin() // it may still be there: the address with the token signs in, too
  byId('dashboard').hidden = false
  await Promise.all([loadHistory(chosen), loadHistory('5m'), loadRequests()])
}

/** @param {HistoryWindow} window */
async function chooseWindow(window) {
  chosen = window
  drawSoon()
  await loadHistory(window)
}

/** @param {HistoryWindow} window */
async function loadHistory(window) {
  if (!stream.isLive) return // once it is, all is loaded
  loadedAt = Date.now()
  await unlessBroken(async () => points[window].load(await fetchHistory(window), Date.now() + aheadMs))
}

async function loadRequests() {
  if (!stream.isLive) return
  fetchedAtDropped = status?.dropped ?? 0
  await unlessBroken(async () => {
    const { requests: known } = await fetchRequests(MOST_REQUESTS)
    requests.add(known)
  })
}

/**
 * Runs a fetch. When it fails, the stream connects again, which tells the operator or asks for the token, and then fetches
 * again.
 *
 * @param {() => Promise<void>} run
 */
async function unlessBroken(run) {
  try {
    await run()
    drawSoon()
  } catch (error) {
    if (error instanceof SignedOut) stream.retry()
    else stream.break(reasonOf(error))
  }
}

/** Draws at the browser's next frame; a page in the background has none. */
function drawSoon() {
  if (isFrameDue || !status) return
  isFrameDue = true
  requestAnimationFrame(() => {
    isFrameDue = false
    if (status) draw(status)
  })
}

/** @param {LiveStatus} status */
function draw(status) {
  showHeadline(status)
  showProblems(status)
  showEndpoints(status)
  showMoney(status)
  showReasons(status)
  chain.update(status)
  validators.update(status)
  charts.update(points[chosen], Date.now() + aheadMs)
  requests.add(arrived)
  arrived = []
  requests.draw()
}
