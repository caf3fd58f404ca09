import assert from 'node:assert/strict'
import { LogHistogram } from '#dist/observe/log-histogram.js'
import { random } from '../support/random.ts'

describe('log histogram', () => {
  it('gives quantiles within 5 % of the true ones', () => {
    const next = random('durations', 16)
    const histogram = new LogHistogram()
    const values = Array.from({ length: 10_000 }, () => Math.ceil(Math.exp(next() * Math.log(600_000))))
    for (const value of values) histogram.add(value)
    values.sort((one, other) => one - other)
    const found = histogram.quantiles()!
    assert.equal(found.count, 10_000)
    for (const [q, name] of [
      [0.5, 'p50'],
      [0.95, 'p95'],
      [0.99, 'p99'],
    ] as const) {
      const exact = values[Math.ceil(q * values.length) - 1]!
      assert.ok(Math.abs(found[name] / exact - 1) <= 0.051, `${name} is ${found[name]}, not ${exact}`)
    }
  })

  it('takes any duration', () => {
    const histogram = new LogHistogram()
    for (const ms of [0, 0.2, 1, 1e9, Number.MAX_VALUE]) histogram.add(ms)
    const { count, p50, p99 } = histogram.quantiles()!
    assert.equal(count, 5)
    assert.ok(p50 >= 0.95 && p50 <= 1.05)
    assert.ok(p99 > 900_000)
  })

  it('adds up', () => {
    const [one, other] = [new LogHistogram(), new LogHistogram()]
    one.add(10)
    other.add(1_000)
    other.add(1_000)
    one.addAll(other)
    assert.equal(one.quantiles()!.count, 3)
    assert.ok(one.quantiles()!.p50 > 900)
    one.clear()
    assert.equal(one.quantiles(), null)
  })
})
