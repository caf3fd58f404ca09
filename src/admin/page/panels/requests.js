/** @import { RequestEntry, RequestOutcome } from '../../api.js' */
/** @import { Column } from '../table/live-table.js' */
/** @import { Drawer } from './drawer.js' */
import { byId, element, setText, visible } from '../element.js'
import { formatClock, formatCount, formatDuration, formatHotkey, formatUsd, UNKNOWN } from '../format.js'
import { fillText, LiveTable } from '../table/live-table.js'
import { outcomeMark } from './outcome.js'
import { requestDetails } from './request-details.js'

/** How many requests the page keeps. */
export const MOST_REQUESTS = 500

/** The requests of proven callers that ended last. */
export class Requests {
  #drawer
  /** @type {readonly RequestEntry[]} the one that ended last first */
  #known = []
  /** @type {readonly RequestEntry[] | undefined} what is shown while the list is paused */
  #paused
  /** @type {RequestOutcome | ''} */
  #outcome = ''
  #empty = element('p', { class: 'empty' })
  #pause = byId('requests-pause')
  /** @type {LiveTable<RequestEntry>} */
  #table

  /** @param {Drawer} drawer */
  constructor(drawer) {
    this.#drawer = drawer
    this.#table = new LiveTable({
      parent: byId('requests'),
      caption: 'Recent requests',
      columns,
      sortedBy: arrival,
      keyOf: ({ id }) => id,
      open: row => this.#open(row),
    })
    byId('requests').append(this.#empty)
    byId('outcomes').addEventListener('change', event => {
      const { value } = /** @type {HTMLInputElement} */ (event.target)
      this.#outcome = /** @type {RequestOutcome | ''} */ (value)
      this.draw()
    })
    this.#pause.onclick = () => {
      this.#paused = this.#paused ? undefined : this.#known
      this.#pause.setAttribute('aria-pressed', String(this.#paused !== undefined))
      this.draw()
    }
  }

  /**
   * Takes in requests, of which some may be known.
   *
   * @param {readonly RequestEntry[]} requests in any order
   */
  add(requests) {
    const known = new Set(this.#known.map(({ id }) => id))
    const added = requests.filter(({ id }) => !known.has(id))
    const all = [...added, ...this.#known].sort((a, b) => b.at + b.ms - a.at - a.ms)
    this.#known = all.slice(0, MOST_REQUESTS)
  }

  draw() {
    const all = this.#paused ?? this.#known
    const rows = all.filter(({ outcome }) => !this.#outcome || outcome === this.#outcome)
    setText(byId('requests-count'), rows.length === all.length ? `${all.length}` : `${rows.length} of ${all.length}`)
    setText(this.#pause, this.#paused ? `Resume (${this.#newSince(this.#paused)} new)` : 'Pause')
    byId('requests').classList.toggle('is-empty', rows.length === 0)
    setText(
      this.#empty,
      all.length > 0
        ? `None of these requests was ${this.#outcome}.`
        : 'No request has ended yet. Each shows here as it ends.',
    )
    this.#table.update(rows)
  }

  /**
   * Counts by id: a request that comes later may have ended earlier.
   *
   * @param {readonly RequestEntry[]} shown
   */
  #newSince(shown) {
    const ids = new Set(shown.map(({ id }) => id))
    const count = this.#known.filter(({ id }) => !ids.has(id)).length
    return count < MOST_REQUESTS ? `${count}` : `${count}+`
  }

  /** @param {RequestEntry} row */
  #open(row) {
    this.#drawer.show({
      title: `Request ${row.id}`,
      body: requestDetails(row),
      returnTo: () => this.#table.focus(row.id),
    })
  }
}

/** @type {Column<RequestEntry>} */
const arrival = {
  label: 'Arrived',
  value: ({ at }) => at,
  fill: fillText(({ at }) => formatClock(at)),
}

/** @type {readonly Column<RequestEntry>[]} */
const columns = [
  arrival,
  {
    label: 'Hotkey',
    value: ({ hotkey }) => hotkey,
    fill: (cell, { hotkey }) => {
      cell.classList.add('mono')
      cell.title = visible(hotkey)
      setText(cell, formatHotkey(hotkey))
    },
  },
  {
    label: 'Synapse',
    from: 'medium',
    value: ({ synapse }) => synapse,
    fill: fillText(({ synapse }) => synapse),
  },
  {
    label: 'Outcome',
    value: ({ outcome }) => outcome,
    fill: (cell, { outcome, code, status, reason = '' }) => {
      const why = [code, outcome === 'answered' ? undefined : status].filter(one => one !== undefined).join(' ')
      cell.title = visible(reason)
      cell.replaceChildren(outcomeMark(outcome), ...(why ? [element('span', { class: 'why from-medium' }, why)] : []))
    },
  },
  {
    label: 'Model',
    from: 'wide',
    value: ({ model }) => model ?? null,
    fill: fillText(({ model }) => model ?? UNKNOWN),
  },
  {
    label: 'Endpoint',
    from: 'wide',
    value: ({ endpoint }) => endpoint ?? null,
    fill: fillText(({ endpoint }) => endpoint ?? UNKNOWN),
  },
  {
    label: 'First token',
    kind: 'number',
    from: 'medium',
    value: ({ times }) => times.firstToken ?? null,
    fill: fillText(({ times }) => (times.firstToken === undefined ? UNKNOWN : formatDuration(times.firstToken))),
  },
  { label: 'Took', kind: 'number', value: ({ ms }) => ms, fill: fillText(({ ms }) => formatDuration(ms)) },
  {
    label: 'Tokens',
    kind: 'number',
    from: 'medium',
    value: tokensOf,
    fill: fillText(request => {
      const tokens = tokensOf(request)
      return tokens === null ? UNKNOWN : formatCount(tokens)
    }),
  },
  {
    label: 'Cost',
    kind: 'number',
    from: 'wide',
    value: ({ usd }) => usd ?? null,
    fill: fillText(({ usd }) => (usd === undefined ? UNKNOWN : formatUsd(usd))),
  },
]

/** @param {RequestEntry} request */
function tokensOf({ usage }) {
  return usage ? (usage.promptTokens ?? 0) + (usage.completionTokens ?? 0) : null
}
