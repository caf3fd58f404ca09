/** @import { HistoryPoint, HistoryWindow, PointQuantiles } from '../../api.js' */
/** @import { ChartOptions, Series } from './columns.js' */
/** @import { Points } from './points.js' */
import { byId } from '../element.js'
import { formatCount, formatDuration, formatRate, formatUsd } from '../format.js'
import { Chart } from './chart.js'
import { gapsIn } from './points.js'

/** @type {ChartOptions<HistoryPoint>} */
const requests = {
  title: 'Requests a second',
  isStacked: true,
  format: formatRate,
  formatTick: plain,
  leastMax: 1,
  series: [
    { label: 'answered', colour: 'answered', value: ({ answered }, stepMs) => perSecond(answered, stepMs) },
    { label: 'refused', colour: 'refused', value: ({ refused }, stepMs) => perSecond(refused, stepMs) },
    { label: 'failed', colour: 'failed', value: ({ failed }, stepMs) => perSecond(failed, stepMs) },
    { label: 'cancelled', colour: 'cancelled', value: ({ cancelled }, stepMs) => perSecond(cancelled, stepMs) },
  ],
}

/** @type {ChartOptions<HistoryPoint>} */
const firstToken = {
  title: 'Time to the first token',
  format: formatDuration,
  formatTick: seconds,
  leastMax: 200,
  series: quantiles(({ firstToken }) => firstToken),
}

/** @type {ChartOptions<HistoryPoint>} */
const total = {
  title: 'Time to the whole answer',
  format: formatDuration,
  formatTick: seconds,
  leastMax: 200,
  series: quantiles(({ total }) => total),
}

/** @type {ChartOptions<HistoryPoint>} */
const queue = {
  title: 'Places and queue',
  format: formatCount,
  leastMax: 2,
  series: [
    { label: 'at work', colour: 'answered', isFilled: true, value: ({ atWork }) => atWork },
    { label: 'waiting', colour: 'refused', dash: [5, 3], value: ({ waiting }) => waiting },
  ],
}

/** @type {ChartOptions<HistoryPoint>} */
const tokens = {
  title: 'Tokens a second',
  format: formatRate,
  formatTick: plain,
  leastMax: 1,
  series: [
    { label: 'prompt', colour: 'deep', value: ({ promptTokens }, stepMs) => perSecond(promptTokens, stepMs) },
    {
      label: 'completion',
      colour: 'bright',
      dash: [5, 3],
      value: ({ completionTokens }, stepMs) => perSecond(completionTokens, stepMs),
    },
  ],
}

/** @type {ChartOptions<HistoryPoint>} */
const money = {
  title: 'Dollars an hour',
  format: formatUsd,
  formatTick: value => `$${Number(value.toPrecision(3))}`,
  series: [
    {
      label: 'known cost',
      colour: 'deep',
      isFilled: true,
      value: ({ usd }, stepMs) => (usd === undefined ? null : (usd / stepMs) * 3_600_000),
    },
  ],
}

/** Charts that are there once a point has what they show. */
const sourced = [
  {
    options: tokens,
    hasSource: (/** @type {HistoryPoint} */ point) => point.promptTokens + point.completionTokens > 0,
  },
  { options: money, hasSource: (/** @type {HistoryPoint} */ point) => point.usd !== undefined },
]

/** The charts over time, which share one axis of time and one cursor. */
export class Charts {
  #parent = byId('charts')
  #charts = [requests, firstToken, total, queue].map(options => new Chart(this.#parent, options))
  #absent = sourced

  /** @param {(window: HistoryWindow) => void} onWindow called when the operator chooses another window */
  constructor(onWindow) {
    byId('windows').addEventListener('change', event => {
      const { value } = /** @type {HTMLInputElement} */ (event.target)
      onWindow(/** @type {HistoryWindow} */ (value))
    })
  }

  /**
   * @param {Points} points
   * @param {number} now of the miner's clock
   */
  update({ list, stepMs, windowMs }, now) {
    const found = this.#absent.filter(({ hasSource }) => list.some(hasSource))
    this.#absent = this.#absent.filter(one => !found.includes(one))
    this.#charts.push(...found.map(({ options }) => new Chart(this.#parent, options)))
    const data = { points: list, gaps: gapsIn(list, stepMs, now), stepMs, from: now - windowMs, to: now }
    for (const chart of this.#charts) chart.update(data)
  }

  recolour() {
    for (const chart of this.#charts) chart.recolour()
  }
}

/** @param {number} value */
function plain(value) {
  return value < 10 ? String(Number(value.toPrecision(3))) : formatCount(value)
}

/** @param {number} ms */
function seconds(ms) {
  return ms === 0 ? '0' : `${Number((ms / 1000).toPrecision(3))} s`
}

/**
 * @param {number} count
 * @param {number} stepMs
 */
function perSecond(count, stepMs) {
  return (count * 1000) / stepMs
}

/**
 * @param {(point: HistoryPoint) => PointQuantiles | null} of
 * @returns {Series<HistoryPoint>[]}
 */
function quantiles(of) {
  return [
    { label: 'p50', colour: 'deep', width: 2, value: point => of(point)?.p50 ?? null },
    { label: 'p95', colour: 'middle', value: point => of(point)?.p95 ?? null },
    { label: 'p99', colour: 'bright', width: 1, value: point => of(point)?.p99 ?? null },
  ]
}
