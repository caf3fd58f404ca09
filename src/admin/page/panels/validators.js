/** @import { LiveStatus, MinerStatus, ValidatorStatus } from '../../api.js' */
/** @import { Drawer } from './drawer.js' */
import { byId, element, redraw, setText } from '../element.js'
import { formatHotkey } from '../format.js'
import { LiveTable } from '../table/live-table.js'
import { factPairs } from './facts.js'
import { stakeColumn, validatorColumns } from './validator-columns.js'
import { validatorFacts } from './validator-facts.js'

/** The proven callers of the last hour. */
export class Validators {
  /** @type {LiveStatus | undefined} */
  #status
  #drawer
  #empty = element('div', { class: 'empty' })
  #filter = /** @type {HTMLInputElement} */ (byId('validators-filter'))
  /** @type {LiveTable<ValidatorStatus>} */
  #table

  /** @param {Drawer} drawer */
  constructor(drawer) {
    this.#drawer = drawer
    this.#table = new LiveTable({
      parent: byId('validators'),
      caption: 'Validators that asked in the last hour',
      columns: validatorColumns(() => this.#status?.at ?? 0),
      sortedBy: stakeColumn,
      keyOf: ({ hotkey }) => hotkey,
      open: row => this.#open(row),
    })
    byId('validators').append(this.#empty)
    this.#filter.oninput = () => this.#draw()
  }

  /** @param {LiveStatus} status */
  update(status) {
    this.#status = status
    this.#draw()
  }

  #draw() {
    if (!this.#status) return
    const { validators, miner } = this.#status
    const wanted = this.#filter.value.trim().toLowerCase()
    const rows = validators.filter(
      ({ hotkey, uid }) => !wanted || hotkey.toLowerCase().includes(wanted) || String(uid) === wanted,
    )
    const count = rows.length === validators.length ? `${rows.length}` : `${rows.length} of ${validators.length}`
    setText(byId('validators-count'), count)
    byId('validators').classList.toggle('is-empty', rows.length === 0)
    byId('validators').classList.toggle('has-budgets', this.#status.money?.hotkeyBudgets !== undefined)
    redraw(this.#empty, validators.length > 0 ? undefined : miner, shown =>
      shown ? nothingYet(shown) : [element('span', {}, 'No validator matches the filter.')],
    )
    this.#table.update(rows)
  }

  /** @param {ValidatorStatus} row */
  #open(row) {
    this.#drawer.show({
      title: `Validator ${formatHotkey(row.hotkey)}`,
      body: [element('dl', { class: 'facts' }, ...factPairs(validatorFacts(row)))],
      returnTo: () => this.#table.focus(row.hotkey),
    })
  }
}

/** The hotkey of `miner serve --dev`, //Bob. */
const DEVELOPMENT_HOTKEY = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'

/**
 * What to do until the first validator asks.
 *
 * @param {MinerStatus} miner
 */
function nothingYet({ netuid, url, hotkey }) {
  const found = 'Validators find the miner once the chain shows its address, which can take some minutes.'
  const flags = hotkey === DEVELOPMENT_HOTKEY ? `--dev --url ${url}` : `--url ${url}`
  return [
    element('strong', {}, 'No validator has asked in the last hour.'),
    ...(netuid === undefined
      ? []
      : [
          element('span', {}, `${found} What keeps them away, this command finds:`),
          element('code', {}, 'miner doctor'),
        ]),
    element('span', {}, 'Ask the miner yourself, as a validator does:'),
    element('code', {}, `miner query ${flags} "What is TAO?"`),
  ]
}
