import assert from 'node:assert/strict'
import type { RequestOutcome } from '#dist/admin/api.js'
import type { CallerKind } from '#dist/observe/ended-request.js'
import { RequestHistory } from '#dist/observe/history.js'

/** some time in 2026, at the beginning of a minute */
const start = 1_795_000_020_000

describe('request history', () => {
  const ended = (outcome: RequestOutcome = 'answered', ms = 100) => ({
    caller: 'signed' as CallerKind,
    outcome,
    code: undefined,
    ms,
    firstTokenMs: ms / 2,
    tokens: { prompt: 3, cached: 1, completion: 2, reasoning: 0 },
    cost: { usd: 0.25, unknown: 0 },
  })

  it('has a point a step without gaps, from the start on', () => {
    const history = new RequestHistory(start, { hasPrices: false })
    history.add(start + 100, ended())
    history.add(start + 3_999, ended('refused'))
    const { points, stepMs } = history.of('5m', start + 5_000)
    assert.equal(stepMs, 1_000)
    assert.deepEqual(
      points.map(({ at, answered, refused }) => [at - start, answered, refused]),
      [
        [0, 1, 0],
        [1_000, 0, 0],
        [2_000, 0, 0],
        [3_000, 0, 1],
        [4_000, 0, 0],
        [5_000, 0, 0],
      ],
    )
    assert.equal(points[0]!.usd, undefined)
    assert.deepEqual([points[0]!.promptTokens, points[0]!.completionTokens], [3, 2])
    assert.ok(Math.abs(points[0]!.total!.p99 - 100) <= 5)
    assert.ok(Math.abs(points[0]!.firstToken!.p50 - 50) <= 2.5)
    assert.equal(points[1]!.total, null)
    assert.equal(points[3]!.total, null)
  })

  it('keeps requests that no hotkey signed out of the outcomes', () => {
    const history = new RequestHistory(start, { hasPrices: false })
    history.add(start + 100, ended())
    for (let at = 0; at < 50; at++) history.add(start + at, { ...ended('refused'), caller: 'strangers' })
    history.add(start + 60, { ...ended('refused'), caller: 'unproven' })
    const [point] = history.of('5m', start + 1_000).points
    assert.deepEqual([point?.answered, point?.refused, point?.unproven, point?.strangers], [1, 0, 1, 50])
  })

  it('keeps a bounded number of points in each window', () => {
    const history = new RequestHistory(start, { hasPrices: true })
    const hours = 30
    for (let minute = 0; minute < hours * 60; minute++) history.add(start + minute * 60_000, ended())
    const end = start + hours * 3_600_000
    const counts = (['5m', '1h', '24h'] as const).map(window => {
      const { points } = history.of(window, end)
      return [points.length, points.reduce((sum, { answered }) => sum + answered, 0)]
    })
    assert.deepEqual(counts, [
      [300, 4],
      [360, 59],
      [1_440, 1_439],
    ])
    assert.equal(history.of('24h', end).points[0]!.usd, 0.25)
  })

  it('counts answers of unknown cost beside what is known, and never as zero', () => {
    const history = new RequestHistory(start, { hasPrices: true })
    history.add(start, { ...ended(), cost: { usd: 0, unknown: 1 } })
    history.add(start + 1_000, { ...ended(), cost: { usd: 0.5, unknown: 1 } })
    history.add(start + 1_000, ended())
    history.add(start + 2_000, { ...ended('refused'), cost: undefined })
    assert.deepEqual(
      history.of('5m', start + 2_000).points.map(({ usd, unpriced }) => [usd, unpriced]),
      [
        [undefined, 1],
        [0.75, 1],
        [0, 0],
      ],
    )
  })

  it('has the most places at work in each step', () => {
    const history = new RequestHistory(start, { hasPrices: false })
    for (const [at, atWork, waiting] of [
      [0, 2, 5],
      [400, 7, 0],
      [1_000, 1, 1],
    ] as const)
      history.sample(start + at, { atWork, waiting })
    const points = history.of('5m', start + 2_000).points
    assert.deepEqual(
      points.map(({ atWork, waiting }) => [atWork, waiting]),
      [
        [7, 5],
        [1, 1],
        [0, 0],
      ],
    )
    assert.equal(history.lastPoint(start + 2_000)!.at, start + 1_000)
  })

  it('goes on when the clock steps back, and begins anew when it was far ahead', () => {
    const history = new RequestHistory(start, { hasPrices: false })
    history.add(start + 10_000, ended())
    history.add(start + 5_000, ended())
    assert.equal(history.of('5m', start + 10_000).points.at(-1)!.answered, 2)
    history.add(start - 3_600_000, ended())
    const { points } = history.of('5m', start - 3_600_000)
    assert.deepEqual(
      points.map(({ answered }) => answered),
      [1],
    )
  })
})
