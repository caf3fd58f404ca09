import { element, setText, visible } from '../element.js'

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} label
 * @property {(row: Row) => string | number | null} value what the column sorts by; null goes last
 * @property {(cell: HTMLElement, row: Row) => void} fill writes the cell; called again when the row changes
 * @property {'number' | 'text'} [kind] numbers align to the right, and sort from the most
 * @property {'medium' | 'wide' | 'budget'} [from] left out of screens that are narrower; `budget`: without budgets, too
 */

/**
 * A table that is sorted by its headers and updated in place: rows keep their elements, so focus and selection stay.
 * The first cell of each row has a button, which opens the row; arrow keys go from one to the next.
 *
 * @template Row
 */
export class LiveTable {
  #columns
  #keyOf
  /** @type {Column<Row>} */
  #sortedBy
  #isDescending = true
  /** @type {readonly Row[]} */
  #rows = []
  /** @type {Map<string, { row: Row, line: HTMLTableRowElement, cells: HTMLElement[] }>} */
  #lines = new Map()
  #body = element('tbody')
  #heads

  /**
   * @param {object} options
   * @param {HTMLElement} options.parent
   * @param {string} options.caption read out by screen readers
   * @param {readonly Column<Row>[]} options.columns
   * @param {Column<Row>} options.sortedBy at first, from the most
   * @param {(row: Row) => string} options.keyOf
   * @param {(row: Row) => void} options.open
   */
  constructor({ parent, caption, columns, sortedBy, keyOf, open }) {
    this.#columns = columns
    this.#sortedBy = sortedBy
    this.#keyOf = keyOf
    this.#heads = columns.map(column => this.#headOf(column))
    parent.append(
      element(
        'table',
        {},
        element('caption', { class: 'visually-hidden' }, caption),
        element('thead', {}, element('tr', {}, ...this.#heads)),
        this.#body,
      ),
    )
    this.#showSort()
    this.#body.addEventListener('click', event => {
      const line = /** @type {Element} */ (event.target).closest('tr')
      const found = line && this.#lines.get(line.dataset.key ?? '')
      // A click that ends a selection of text opens nothing.
      if (found && getSelection()?.isCollapsed !== false) open(found.row)
    })
    this.#body.addEventListener('keydown', event => this.#move(event))
    this.#body.addEventListener('focusin', event => this.#makeStop(/** @type {HTMLElement} */ (event.target)))
  }

  /** @param {readonly Row[]} rows */
  update(rows) {
    this.#rows = rows
    this.#draw()
  }

  /**
   * Gives focus to a row, or to the first when it is gone.
   *
   * @param {string} key
   */
  focus(key) {
    const line = this.#lines.get(key)?.line ?? this.#body.rows[0]
    line?.querySelector('button')?.focus()
  }

  #draw() {
    const focused = document.activeElement
    const rows = this.#rows.toSorted((a, b) => this.#compare(a, b))
    this.#dropAllBut(new Set(rows.map(this.#keyOf)))
    /** @type {ChildNode | null} */
    let next = this.#body.firstChild
    for (const row of rows) {
      const line = this.#lineOf(row)
      if (line === next) next = next.nextSibling
      else this.#body.insertBefore(line, next)
    }
    // An element that is moved loses the focus.
    if (focused !== document.activeElement && focused instanceof HTMLElement && this.#body.contains(focused))
      focused.focus({ preventScroll: true })
    if (!this.#body.querySelector('[tabindex="0"]')) this.#body.querySelector('button')?.setAttribute('tabindex', '0')
  }

  /** @param {ReadonlySet<string>} keys */
  #dropAllBut(keys) {
    for (const [key, { line }] of this.#lines) {
      if (keys.has(key)) continue
      line.remove()
      this.#lines.delete(key)
    }
  }

  /** @param {Row} row */
  #lineOf(row) {
    const key = this.#keyOf(row)
    const known = this.#lines.get(key)
    if (known?.row === row) return known.line
    const cells = known?.cells ?? this.#columns.map((column, index) => this.#cellOf(column, index === 0))
    const line = known?.line ?? element('tr', {}, ...cells.map(cell => cell.closest('th, td') ?? cell))
    line.dataset.key = key // as it is: `element` would replace what cannot be seen
    this.#lines.set(key, { row, line, cells })
    this.#columns.forEach((column, index) => {
      const cell = cells[index]
      if (cell) column.fill(cell, row)
    })
    return line
  }

  /**
   * @param {Column<Row>} column
   * @param {boolean} isFirst
   */
  #cellOf(column, isFirst) {
    if (!isFirst) return element('td', { class: classOf(column) })
    const button = element('button', { type: 'button', class: 'row-button', tabindex: '-1' })
    element('th', { scope: 'row', class: classOf(column) }, button)
    return button
  }

  /** @param {Column<Row>} column */
  #headOf(column) {
    const button = element('button', { type: 'button', class: 'sort' }, column.label)
    button.onclick = () => {
      this.#isDescending = this.#sortedBy === column ? !this.#isDescending : column.kind === 'number'
      this.#sortedBy = column
      this.#showSort()
      this.#draw()
    }
    return element('th', { scope: 'col', class: classOf(column) }, button)
  }

  #showSort() {
    this.#columns.forEach((column, index) => {
      const sort = column !== this.#sortedBy ? 'none' : this.#isDescending ? 'descending' : 'ascending'
      this.#heads[index]?.setAttribute('aria-sort', sort)
    })
  }

  /**
   * @param {Row} a
   * @param {Row} b
   */
  #compare(a, b) {
    const [first, second] = [this.#sortedBy.value(a), this.#sortedBy.value(b)]
    // Rows that are equal keep their places, whatever order they come in.
    if (first === second) return this.#keyOf(a) < this.#keyOf(b) ? -1 : 1
    if (first === null) return 1
    if (second === null) return -1
    return first < second === this.#isDescending ? 1 : -1
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const line = /** @type {Element} */ (event.target).closest('tr')
    if (!line) return
    const lines = this.#body.rows
    const index = line.sectionRowIndex
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: lines.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    lines[to]?.querySelector('button')?.focus()
  }

  /**
   * Makes one button the table's only stop of the Tab key.
   *
   * @param {HTMLElement} button
   */
  #makeStop(button) {
    for (const other of this.#body.querySelectorAll('[tabindex="0"]')) other.setAttribute('tabindex', '-1')
    button.setAttribute('tabindex', '0')
  }
}

/** @param {Column<any>} column */
function classOf({ kind, from }) {
  return [kind === 'number' && 'is-number', from && `from-${from}`].filter(Boolean).join(' ')
}

/** Characters that any cell has room for. */
const SHORT = 16

/**
 * Makes the `fill` of a column that shows a text; one that may be clipped is the cell's tooltip, too.
 *
 * @template Row
 * @param {(row: Row) => string} textOf
 * @returns {(cell: HTMLElement, row: Row) => void}
 */
export function fillText(textOf) {
  return (cell, row) => {
    const text = textOf(row)
    setText(cell, text)
    cell.title = text.length > SHORT ? visible(text) : ''
  }
}
