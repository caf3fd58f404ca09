/** @import { ChartData, ChartOptions, Series } from './columns.js' */
import uPlot from '/uplot.js'
import { element, setText } from '../element.js'
import { formatClock, formatDate, UNKNOWN } from '../format.js'
import { columnsOf } from './columns.js'
import { drawGaps, translucent } from './paint.js'

/** Charts with this key move their cursors together. */
const CURSOR = 'time'
/** With fewer points than this the line has dots: a miner that is asked once a minute shows no line of its own. */
const FEW = 40
const MINUTE = 60_000
const DAY = 1440 * MINUTE
/** How far the labels of the time axis may be apart. */
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map(minutes => minutes * MINUTE)

/**
 * A chart over time: its title, a legend with the values at the cursor, else the newest ones, and the plot. Arrow keys move
 * the cursor, and screen readers speak the values there.
 *
 * @template {{ readonly at: number }} Point
 */
export class Chart {
  #options
  /** @type {ChartData<Point>} */
  #data = { points: [], gaps: [], stepMs: 1000, from: 0, to: 1 }
  #plot = element('div', { class: 'plot', tabindex: '0', role: 'slider', 'aria-orientation': 'horizontal' })
  #time = element('span', { class: 'chart-time' })
  #swatches
  #values
  /** @type {uPlot | undefined} */
  #uplot
  #rem = 0
  /** @type {number | null} the time to which the keyboard has moved the cursor */
  #cursorAt = null

  /**
   * @param {HTMLElement} parent
   * @param {ChartOptions<Point>} options
   */
  constructor(parent, options) {
    this.#options = options
    this.#swatches = options.series.map(({ colour }) => {
      const swatch = element('span', { class: 'swatch' })
      swatch.style.setProperty('--series', `var(--${colour})`)
      return swatch
    })
    this.#values = options.series.map(() => element('span', { class: 'chart-value' }))
    const legend = options.series.map(({ label }, index) =>
      element('li', {}, this.#swatches[index] ?? '', `${label} `, this.#values[index] ?? ''),
    )
    const head = element('figcaption', {}, element('h3', {}, options.title), this.#time)
    parent.append(
      element('figure', { class: 'chart' }, head, element('ul', { class: 'legend' }, ...legend), this.#plot),
    )
    this.#plot.setAttribute('aria-label', `${options.title}, over time`)
    this.#plot.addEventListener('keydown', event => this.#move(event))
    this.#plot.setAttribute('aria-valuenow', '0')
    this.#plot.addEventListener('focus', () => this.#speak(this.#data.points.length - 1))
    this.#plot.addEventListener('blur', () => this.#leave())
    new ResizeObserver(() => this.#resize()).observe(this.#plot)
  }

  /** @param {ChartData<Point>} data */
  update(data) {
    this.#data = data
    this.#uplot?.setData(columnsOf(this.#options, this.#data))
    this.#placeCursor()
    this.#showValues()
  }

  /** Takes over the colours of another theme. */
  recolour() {
    this.#uplot?.redraw(false, true)
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#plot
    if (width === 0 || height === 0) return
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    if (this.#uplot && rem === this.#rem) return this.#uplot.setSize({ width, height })
    this.#rem = rem
    this.#uplot?.destroy()
    this.#uplot = new uPlot(this.#settings(width, height), columnsOf(this.#options, this.#data), this.#plot)
  }

  /**
   * @param {number} width
   * @param {number} height
   * @returns {uPlot.Options}
   */
  #settings(width, height) {
    const { series, isStacked = false, format, formatTick = format, leastMax = 0 } = this.#options
    const rem = this.#rem
    const ink = () => getComputedStyle(this.#plot).color
    const rule = () => getComputedStyle(this.#plot).borderTopColor
    const axis = {
      stroke: ink,
      font: `${0.6875 * rem}px ${getComputedStyle(this.#plot).fontFamily}`,
      ticks: { show: false },
    }
    return {
      width,
      height,
      ms: 1,
      padding: [0.5 * rem, 1.25 * rem, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { show: !isStacked },
        sync: { key: CURSOR, scales: ['x', null] },
      },
      scales: {
        x: { time: true, range: () => [this.#data.from, this.#data.to] },
        y: { range: (_, __, max) => [0, Math.max(1.1 * (max ?? 0), leastMax) || 1] },
      },
      axes: [
        {
          ...axis,
          size: 1.5 * rem,
          gap: 0.25 * rem,
          space: 3.25 * rem,
          incrs: TIME_STEPS,
          grid: { show: false },
          values: (_, times) => times.map(at => formatTime(at, this.#data.to - this.#data.from)),
        },
        {
          ...axis,
          size: 3.5 * rem,
          gap: 0.4 * rem,
          space: 2 * rem,
          grid: { stroke: rule, width: 1 },
          values: (_, values) => values.map(formatTick),
        },
      ],
      series: [{}, ...series.map((one, index) => this.#seriesOf(one, index))],
      bands: isStacked
        ? series.slice(1).map((_, index) => ({
            series: /** @type {uPlot.Band.Bounds} */ ([index + 2, index + 1]),
            fill: () => translucent(this.#colour(index + 1), 0.9),
          }))
        : [],
      hooks: {
        drawClear: [plot => drawGaps(plot, this.#data.gaps, ink())],
        setCursor: [() => this.#showValues()],
      },
    }
  }

  /**
   * @param {Series<Point>} series
   * @param {number} index
   * @returns {uPlot.Series}
   */
  #seriesOf({ width = 1.5, dash = [], isFilled }, index) {
    const colour = () => this.#colour(index)
    if (this.#options.isStacked)
      return { width: 0, points: { show: false }, ...(index === 0 && { fill: () => translucent(colour(), 0.6) }) }
    return {
      stroke: colour,
      width,
      dash,
      ...(isFilled && { fill: () => translucent(colour(), 0.18) }),
      points: {
        size: 4,
        fill: colour,
        show: plot => countNumbers(plot.data[index + 1] ?? []) < FEW,
      },
    }
  }

  /** @param {number} index */
  #colour(index) {
    const swatch = this.#swatches[index]
    return swatch ? getComputedStyle(swatch).backgroundColor : ''
  }

  /** The point under the cursor, else the newest; undefined in a span that the page has not received. */
  #shown() {
    const index = this.#uplot?.cursor.idx ?? null
    const at = index === null ? undefined : this.#uplot?.data[0][index]
    return {
      isPast: at !== undefined,
      point: at === undefined ? this.#newest() : this.#data.points.find(one => one.at === at),
    }
  }

  /** The newest point; undefined once it is old. */
  #newest() {
    const { points, gaps } = this.#data
    const last = points.at(-1)
    return last && gaps.some(({ from }) => from > last.at) ? undefined : last
  }

  #showValues() {
    const { point, isPast } = this.#shown()
    setText(this.#time, isPast && point ? formatClock(point.at) : '')
    this.#texts(point).forEach((text, index) => {
      const value = this.#values[index]
      if (value) setText(value, text)
    })
  }

  /** @param {Point | undefined} point */
  #texts(point) {
    const { series, format } = this.#options
    return series.map(({ value }) => {
      const measured = point ? value(point, this.#data.stepMs) : null
      return measured === null ? UNKNOWN : format(measured)
    })
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const { points } = this.#data
    const last = points.length - 1
    const now = this.#cursorAt === null ? last : points.findIndex(({ at }) => at === this.#cursorAt)
    const to = {
      ArrowLeft: now - 1,
      ArrowDown: now - 1,
      ArrowRight: now + 1,
      ArrowUp: now + 1,
      PageDown: now - 10,
      PageUp: now + 10,
      Home: 0,
      End: last,
    }[event.key]
    if (event.key === 'Escape') return this.#leave()
    if (to === undefined || last < 0) return
    event.preventDefault()
    const index = Math.max(0, Math.min(last, to))
    this.#cursorAt = points[index]?.at ?? null
    this.#placeCursor()
    this.#speak(index)
  }

  /** Puts the cursor of all charts where the keyboard has moved it, also after time has gone on. */
  #placeCursor() {
    if (this.#cursorAt === null) return
    if (this.#cursorAt < this.#data.from) return this.#leave()
    for (const plot of uPlot.sync(CURSOR).plots)
      plot.setCursor({ left: plot.valToPos(this.#cursorAt, 'x'), top: 0 }, true)
  }

  /** @param {number} index */
  #speak(index) {
    const point = this.#data.points[index]
    if (!point) return
    const texts = this.#texts(point).map((text, at) => `${this.#options.series[at]?.label} ${text}`)
    this.#plot.setAttribute('aria-valuemin', '0')
    this.#plot.setAttribute('aria-valuemax', String(this.#data.points.length - 1))
    this.#plot.setAttribute('aria-valuenow', String(index))
    this.#plot.setAttribute('aria-valuetext', `${formatClock(point.at)}: ${texts.join(', ')}`)
  }

  #leave() {
    if (this.#cursorAt === null) return
    this.#cursorAt = null
    for (const plot of uPlot.sync(CURSOR).plots) plot.setCursor({ left: -10, top: -10 }, true)
  }
}

/** @param {ArrayLike<number | null | undefined>} column */
function countNumbers(column) {
  return Array.from(column).filter(value => typeof value === 'number').length
}

/**
 * @param {number} at
 * @param {number} spanMs
 */
function formatTime(at, spanMs) {
  return spanMs <= 2 * DAY ? formatClock(at).slice(0, 5) : formatDate(at).slice(5, 10)
}
