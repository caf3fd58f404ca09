/** @import { StreamState } from './stream.js' */
import { byId, setText } from '../element.js'
import { formatClock } from '../format.js'

/**
 * Shows whether what the page shows is live: in the header, and above the figures while it is not.
 *
 * @param {() => void} retry
 * @returns {(state: StreamState) => void}
 */
export function showConnection(retry) {
  const pill = byId('connection')
  const banner = byId('broken')
  const text = byId('broken-text')
  /** @type {StreamState} */
  let shown = { name: 'connecting' }
  byId('broken-retry').onclick = retry

  const countDown = () => {
    if (shown.name !== 'broken') return
    const seconds = Math.max(0, Math.ceil((shown.retryAt - Date.now()) / 1000))
    const next = seconds > 0 ? `The next try is in ${seconds} s.` : 'Trying now.'
    const { since, reason } = shown
    const what =
      since === null
        ? 'This page is not connected to the miner.'
        : `The connection to the miner broke at ${formatClock(since)}. All figures are of then.`
    setText(text, [what, reason, next].filter(Boolean).join(' '))
  }
  setInterval(countDown, 1000)

  return state => {
    shown = state
    pill.dataset.state = state.name
    setText(
      pill,
      { connecting: 'Connecting', signedOut: 'Signed out', live: 'Live', broken: 'Not connected' }[state.name],
    )
    document.body.classList.toggle('is-stale', state.name === 'broken')
    banner.hidden = state.name !== 'broken'
    countDown()
  }
}
