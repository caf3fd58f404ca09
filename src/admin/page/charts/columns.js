/** @import uPlot from '/uplot.js' */
/** @import { Gap } from './points.js' */

/**
 * @template Point
 * @typedef {object} Series
 * @property {string} label
 * @property {string} colour a custom property of style/base.css, without its dashes
 * @property {(point: Point, stepMs: number) => number | null} value null: there was nothing to measure
 * @property {number} [width]
 * @property {number[]} [dash]
 * @property {boolean} [isFilled]
 */

/**
 * @template {{ readonly at: number }} Point
 * @typedef {object} ChartOptions
 * @property {string} title
 * @property {readonly Series<Point>[]} series
 * @property {(value: number) => string} format
 * @property {(value: number) => string} [formatTick] of the vertical axis, where short is better than exact; `format` by default
 * @property {boolean} [isStacked] each series stands on those before it
 * @property {number} [leastMax] what the vertical axis reaches at least
 */

/**
 * What a chart shows at one time.
 *
 * @template Point
 * @typedef {object} ChartData
 * @property {readonly Point[]} points
 * @property {readonly Gap[]} gaps
 * @property {number} stepMs
 * @property {number} from epoch milliseconds
 * @property {number} to
 */

/**
 * Makes the columns that uPlot draws: the times, and a column for each series. Null breaks a line, undefined does not: the line
 * goes on over a step without an answer, and ends at a step that the page has not received.
 *
 * @template {{ readonly at: number }} Point
 * @param {ChartOptions<Point>} options
 * @param {ChartData<Point>} data
 * @returns {uPlot.AlignedData}
 */
export function columnsOf({ series, isStacked }, { points, gaps, stepMs }) {
  const breaks = new Set(gaps.map(({ from }) => from))
  const times = /** @type {number[]} */ ([])
  const columns = series.map(() => /** @type {(number | null | undefined)[]} */ ([]))
  for (const point of points) {
    times.push(point.at)
    let below = 0
    series.forEach(({ value }, index) => {
      const measured = value(point, stepMs)
      if (isStacked) below += measured ?? 0
      columns[index]?.push(isStacked ? below : (measured ?? undefined))
    })
    if (!breaks.has(point.at + stepMs)) continue
    times.push(point.at + stepMs)
    for (const column of columns) column.push(null)
  }
  return [times, ...columns]
}
