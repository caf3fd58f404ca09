import assert from 'node:assert/strict'
import { ChainError } from '#dist/chain/chain-error.js'
import { Outage } from '#dist/neuron/outage.js'
import { StillClock } from '../support/still-clock.ts'

describe('an outage', () => {
  it('is reported at once, then at growing intervals up to an hour, and at its end', () => {
    const clock = new StillClock()
    const outage = new Outage(clock)
    const reportedAt: number[] = []
    for (let minutes = 0; minutes < 8 * 60; minutes += 0.25) {
      if (outage.fail(new Error('down'))) reportedAt.push(minutes)
      clock.advance(15_000)
    }
    assert.deepEqual(reportedAt, [0, 1, 3, 9, 27, 81, 141, 201, 261, 321, 381, 441])
    assert.equal(outage.failures, 8 * 60 * 4)
    assert.equal(outage.end(), 8 * 3_600_000)
    assert.equal(outage.end(), undefined)
    assert.equal(outage.problem, null)
  })

  it('is reported again when it turns into another, but not when two take turns', () => {
    const clock = new StillClock()
    const outage = new Outage(clock)
    const reported: string[] = []
    for (const code of ['A', 'A', 'B', 'A', 'B', 'B', 'C', 'A']) {
      if (outage.fail(Object.assign(new Error('down'), { code }))) reported.push(code)
      clock.advance(1_000)
    }
    assert.deepEqual(reported, ['A', 'B', 'C'])
    outage.end()
    assert.equal(outage.fail(Object.assign(new Error('down'), { code: 'A' })), true)
  })

  it('has the last error, and when it began', () => {
    const clock = new StillClock(5_000)
    const outage = new Outage(clock)
    outage.fail(new Error('first'))
    clock.advance(1_000)
    outage.fail(new ChainError('ENDPOINT_BUSY', 'too many', { hint: 'wait' }))
    const problem = { code: 'ENDPOINT_BUSY', message: 'too many', hint: 'wait', since: 5_000, failures: 2 }
    assert.deepEqual(outage.problem, problem)
    outage.fail(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
    assert.equal(outage.problem?.code, 'ENOSPC')
    outage.fail('thrown text')
    assert.deepEqual([outage.problem?.code, outage.problem?.message], [null, 'thrown text'])
  })
})
