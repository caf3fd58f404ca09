import assert from 'node:assert/strict'
import { columnsOf } from '../../../src/admin/page/charts/columns.js'
import { gapsIn, Points } from '../../../src/admin/page/charts/points.js'
import { idlePoint } from './generated.ts'

const at = (...seconds: number[]) => seconds.map(second => idlePoint(second * 1000))

describe('the points of the dashboard’s charts', () => {
  it('leave out the step that is still open', () => {
    const points = new Points(300_000)
    points.load({ window: '5m', stepMs: 1000, points: at(1, 2, 3) }, 3_500)
    assert.deepEqual(points.list, at(1, 2))
  })

  it('keep what a miner has forgotten that started again', () => {
    const points = new Points(300_000)
    points.load({ window: '5m', stepMs: 1000, points: at(1, 2, 3) }, 4_000)
    points.load({ window: '5m', stepMs: 1000, points: at(60, 61) }, 62_000)
    assert.deepEqual(points.list, at(1, 2, 3, 60, 61))
  })

  it('keep what came while the history was on its way', () => {
    const points = new Points(300_000)
    for (const point of at(3, 4)) points.add(point)
    points.load({ window: '5m', stepMs: 1000, points: at(1, 2, 3) }, 4_000)
    assert.deepEqual(points.list, at(1, 2, 3, 4))
  })

  it('forget what is older than the window', () => {
    const points = new Points(2_000)
    points.load({ window: '5m', stepMs: 1000, points: at(1, 2, 3, 4, 5, 6) }, 7_000)
    assert.deepEqual(points.list, at(3, 4, 5, 6))
  })

  it('tell when points are missing before one that comes', () => {
    const points = new Points(300_000)
    assert.equal(points.add(at(1)[0]!), true)
    assert.equal(points.add(at(2)[0]!), true)
    assert.equal(points.add(at(2)[0]!), true)
    assert.equal(points.add(at(5)[0]!), false)
    assert.deepEqual(points.list, at(1, 2, 5))
  })

  it('have gaps where there is no data, between points and up to now', () => {
    assert.deepEqual(gapsIn(at(1, 2, 3), 1000, 4_900), [])
    assert.deepEqual(gapsIn(at(1, 2, 9), 1000, 10_000), [{ from: 3_000, to: 9_000 }])
    assert.deepEqual(gapsIn(at(1, 2), 1000, 12_000), [{ from: 3_000, to: 11_000 }])
    assert.deepEqual(gapsIn([], 1000, 12_000), [])
  })

  it('break a line at a gap, and go on where nothing was measured', () => {
    const points = at(1, 2, 9)
    const series = [{ label: 'p50', colour: 'deep', value: (point: { at: number }) => (point.at === 2_000 ? null : 7) }]
    const options = { title: '', format: String, series }
    const gaps = gapsIn(points, 1000, 10_000)
    assert.deepEqual(columnsOf(options, { points, gaps, stepMs: 1000, from: 0, to: 10_000 }), [
      [1_000, 2_000, 3_000, 9_000],
      [7, undefined, null, 7],
    ])
  })
})
