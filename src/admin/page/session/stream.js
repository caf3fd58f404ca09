/** @import { AdminEvents } from '../../api.js' */
import { fetchStatus, reasonOf, SignedOut } from './api.js'

/** A status comes each second: after so long without one, the connection is broken, whatever the browser believes. */
const SILENCE_MS = 6_000
const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 15_000

/**
 * @typedef {{ name: 'connecting' } | { name: 'signedOut' } | { name: 'live' } | { name: 'broken', reason: string, since: number | null, retryAt: number }} StreamState
 *
 * `reason`: what is known of it, as a sentence; may be empty. `since`: when the last event came; null: none has.
 *
 * @typedef {object} StreamListener
 * @property {(state: StreamState) => void} onState
 * @property {() => void} onLive the stream has begun, or begun again: what came in between is to be fetched
 * @property {() => void} onSignedOut
 * @property {{ [Name in keyof AdminEvents]: (data: AdminEvents[Name]) => void }} on
 */

/**
 * The miner's events. Connects again when the connection breaks or falls silent, waiting longer each time, and at once when
 * the browser is online or visible again. `EventSource` by itself gives up on a status of 401, and notices no silence.
 */
export class LiveStream {
  #listener
  /** @type {EventSource | undefined} */
  #source
  /** @type {StreamState} */
  #state = { name: 'connecting' }
  #tries = 0
  #lastAt = Date.now()
  /** @type {number | null} */
  #eventAt = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** @param {StreamListener} listener */
  constructor(listener) {
    this.#listener = listener
    const wake = () => {
      if (this.#state.name === 'broken' && document.visibilityState === 'visible') this.retry()
    }
    addEventListener('online', wake)
    document.addEventListener('visibilitychange', wake)
    setInterval(() => this.#checkSilence(), 1000)
  }

  get isLive() {
    return this.#state.name === 'live'
  }

  /** Connects now rather than when the next try is due. */
  retry() {
    clearTimeout(this.#timer)
    this.#connect()
  }

  async #connect() {
    this.#close()
    try {
      await fetchStatus()
    } catch (error) {
      if (!(error instanceof SignedOut)) return this.break(reasonOf(error))
      this.#enter({ name: 'signedOut' })
      return this.#listener.onSignedOut()
    }
    this.#lastAt = Date.now()
    this.#close() // what another `retry` opened meanwhile
    this.#source = this.#open()
  }

  #open() {
    const source = new EventSource('/api/events')
    let hasOpened = false
    source.onopen = () => {
      hasOpened = true
    }
    source.onerror = () => {
      if (this.#source !== source) return
      // The browser tells no status, but it does not try again after one other than 200.
      const isRefused = !hasOpened && source.readyState === EventSource.CLOSED
      this.break(isRefused ? 'The miner sends no events to this page: it has at most 16 readers at once.' : '')
    }
    for (const name of /** @type {(keyof AdminEvents)[]} */ (Object.keys(this.#listener.on)))
      source.addEventListener(name, event => this.#source === source && this.#receive(name, event.data))
    return source
  }

  /**
   * @param {keyof AdminEvents} name
   * @param {string} data
   */
  #receive(name, data) {
    this.#lastAt = Date.now()
    this.#eventAt = this.#lastAt
    this.#tries = 0
    if (this.#state.name !== 'live') {
      this.#enter({ name: 'live' })
      this.#listener.onLive()
    }
    this.#listener.on[name](JSON.parse(data))
  }

  #close() {
    this.#source?.close()
    this.#source = undefined
  }

  /**
   * Takes the connection for broken, and connects again after a while.
   *
   * @param {string} reason
   */
  break(reason) {
    this.#close()
    const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#tries++) * (0.75 + Math.random() / 2)
    this.#enter({ name: 'broken', reason, since: this.#eventAt, retryAt: Date.now() + waitMs })
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#connect(), waitMs)
  }

  #checkSilence() {
    if (this.#source && Date.now() - this.#lastAt > SILENCE_MS) this.break('No event came for some seconds.')
  }

  /** @param {StreamState} state */
  #enter(state) {
    this.#state = state
    this.#listener.onState(state)
  }
}
