/** @import uPlot from '/uplot.js' */
/** @import { Gap } from './points.js' */

/**
 * Hatches the times without data: a line that only ended there could be taken for zero.
 *
 * @param {uPlot} plot
 * @param {readonly Gap[]} gaps
 * @param {string} colour
 */
export function drawGaps(plot, gaps, colour) {
  const { ctx, bbox } = plot
  const [least = 0, most = 0] = [plot.scales.x?.min, plot.scales.x?.max]
  for (const { from, to } of gaps) {
    const left = plot.valToPos(Math.max(from, least), 'x', true)
    const right = plot.valToPos(Math.min(to, most), 'x', true)
    if (right - left < 1) continue
    ctx.save()
    ctx.beginPath()
    ctx.rect(left, bbox.top, right - left, bbox.height)
    ctx.clip()
    ctx.fillStyle = translucent(colour, 0.06)
    ctx.fillRect(left, bbox.top, right - left, bbox.height)
    ctx.strokeStyle = translucent(colour, 0.3)
    ctx.lineWidth = devicePixelRatio
    ctx.beginPath()
    const step = 6 * devicePixelRatio
    for (let x = left - bbox.height; x < right; x += step) {
      ctx.moveTo(x, bbox.top + bbox.height)
      ctx.lineTo(x + bbox.height, bbox.top)
    }
    ctx.stroke()
    ctx.restore()
  }
}

/**
 * @param {string} colour as a computed style has it: `rgb(1, 2, 3)`
 * @param {number} alpha 0 to 1
 */
export function translucent(colour, alpha) {
  const [red, green, blue] = colour.match(/[\d.]+/g) ?? []
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`
}
