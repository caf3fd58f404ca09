import assert from 'node:assert/strict'
import { Health } from '#dist/miners/openai/health/health.js'
import type { Target } from '#dist/miners/openai/settings/endpoints.js'
import { endpoint, failure, RecordingLog } from '../scripted.ts'

/** An endpoint with two keys, and a clock that a test sets. */
function patient() {
  const main = endpoint('main', { keys: ['sk-first', 'sk-second'] })
  const log = new RecordingLog()
  const clock = { ms: 1_000_000 }
  const health = new Health({ endpoints: [main], log, now: () => clock.ms })
  const target = (keyAt = 0): Target => ({ endpoint: main, keyAt })
  const fail = (code: string, more: { retryAfterMs?: number } = {}, keyAt = 0) =>
    health.observe(target(keyAt)).onFailure(failure(code, more))
  const answer = () => {
    const observer = health.observe(target())
    observer.onToken()
    observer.onSuccess()
  }
  const open = () => {
    for (let count = 0; count < 5; count += 1) fail('MODEL_FAILED')
  }
  return { health, log, clock, fail, answer, open, wait: (keyAt = 0) => health.msUntilAvailable(target(keyAt)), target }
}

describe('the health of an endpoint that is loading its model', () => {
  it('rests it with all of its keys, for a second, doubling', () => {
    const { fail, wait, clock } = patient()
    const rests = Array.from({ length: 3 }, () => {
      fail('MODEL_LOADING')
      assert.equal(wait(0), wait(1))
      clock.ms += wait(1)
      return wait(1)
    })
    assert.deepEqual(rests, [0, 0, 0])
    fail('MODEL_LOADING')
    assert.equal(wait(1), 8_000)
  })

  it('rests it for as long as it asks for', () => {
    const { fail, wait } = patient()
    fail('MODEL_LOADING', { retryAfterMs: 20_000 })
    assert.deepEqual([wait(0), wait(1)], [20_000, 20_000])
  })

  it('reports the rest as the endpoint’s, and why', () => {
    const { fail, health, target } = patient()
    fail('MODEL_LOADING', { retryAfterMs: 20_000 })
    assert.deepEqual(health.report(), [
      { endpoint: 'main', breaker: 'closed', failures: 0, restMs: 20_000, keys: [{ restMs: 0 }, { restMs: 0 }] },
    ])
    assert.equal(health.reason(target(1))?.code, 'MODEL_LOADING')
  })

  it('ends with an answer to any key, which is logged', () => {
    const { fail, clock, answer, wait, log } = patient()
    fail('MODEL_LOADING', { retryAfterMs: 20_000 }, 1)
    clock.ms += 20_000
    answer()
    fail('MODEL_LOADING')
    assert.equal(wait(1), 1_000)
    assert.deepEqual(log.changes, ['warn endpointRests', 'info endpointBack', 'debug endpointRests'])
  })
})

describe('the health of a key', () => {
  for (const code of ['MODEL_KEY_REFUSED', 'MODEL_QUOTA', 'MODEL_NOT_FOUND', 'MODEL_KEY_MISSING'])
    it(`rests it, and no other key, for a minute after ${code}`, () => {
      const { fail, wait } = patient()
      fail(code)
      assert.equal(wait(0), 60_000)
      assert.equal(wait(1), 0)
    })

  it('doubles its rest each time, to at most 16 minutes, and starts at a minute again after an answer', () => {
    const { fail, wait, clock, answer } = patient()
    const rests = Array.from({ length: 6 }, () => {
      fail('MODEL_KEY_REFUSED')
      const ms = wait()
      clock.ms += ms
      return ms / 60_000
    })
    assert.deepEqual(rests, [1, 2, 4, 8, 16, 16])
    answer()
    fail('MODEL_KEY_REFUSED')
    assert.equal(wait(), 60_000)
  })

  it('counts failures of simultaneous questions as one', () => {
    const { health, target, wait, clock } = patient()
    const observers = Array.from({ length: 16 }, () => health.observe(target()))
    for (const observer of observers) {
      observer.onFailure(failure('MODEL_KEY_REFUSED'))
      clock.ms += 1
    }
    assert.equal(wait(), 60_000 - 16)
  })

  it('does not end the rest when an earlier question gets its answer', () => {
    const { health, target, fail, wait } = patient()
    const before = health.observe(target())
    fail('MODEL_RATE_LIMITED', { retryAfterMs: 20_000 })
    before.onToken()
    before.onSuccess()
    assert.equal(wait(), 20_000)
  })

  for (const [title, retryAfterMs, ms] of [
    ['for the time that the endpoint asks for', 7_350, 7_350],
    ['for an hour at most', 1e15, 3_600_000],
    ['for 100 ms when the endpoint says "at once"', 0, 100],
  ] as const)
    it(`rests it after 429 ${title}`, () => {
      const { fail, wait } = patient()
      fail('MODEL_RATE_LIMITED', { retryAfterMs })
      assert.equal(wait(), ms)
    })

  for (const [title, code] of [
    ['after 429 for a growing time without a Retry-After', 'MODEL_RATE_LIMITED'],
    ['after 403, which may be about one question, for a short time that grows', 'MODEL_FORBIDDEN'],
  ] as const)
    it(`rests it ${title}, and for a short time again after an answer`, () => {
      const { fail, wait, clock, answer } = patient()
      const rest = () => {
        fail(code)
        const ms = wait()
        clock.ms += ms
        return ms / 1000
      }
      assert.deepEqual(Array.from({ length: 8 }, rest), [1, 2, 4, 8, 16, 32, 60, 60])
      answer()
      assert.equal(rest(), 1)
    })

  it('obeys a Retry-After of an endpoint that fails, too', () => {
    const { fail, wait } = patient()
    fail('MODEL_FAILED', { retryAfterMs: 1_500 })
    assert.equal(wait(), 1_500)
  })
})

describe('the circuit breaker of an endpoint', () => {
  it('opens after five failures in a row, for all keys', () => {
    const { fail, wait, health } = patient()
    for (let count = 0; count < 4; count += 1) fail('MODEL_UNREACHABLE')
    assert.equal(wait(), 0)
    fail('MODEL_UNREACHABLE')
    assert.deepEqual([wait(0), wait(1)], [2_000, 2_000])
    assert.equal(health.report()[0]!.breaker, 'open')
  })

  it('stays closed when an answer comes in between', () => {
    const { fail, wait, answer } = patient()
    for (let count = 0; count < 12; count += 1) {
      fail('MODEL_FAILED')
      if (count % 4 === 3) answer()
    }
    assert.equal(wait(), 0)
  })

  it('stays closed when the endpoint replies with an error that is not its own fault', () => {
    const { fail, wait } = patient()
    for (let count = 0; count < 20; count += 1) fail('MODEL_BAD_REQUEST')
    assert.equal(wait(), 0)
  })

  it('lets one question probe, closes at its first token, and resets the count after its whole answer', () => {
    const { open, clock, health, target, wait, fail } = patient()
    open()
    clock.ms += 2_000
    assert.equal(health.report()[0]!.breaker, 'halfOpen')
    const probe = health.observe(target())
    assert.equal(probe.isProbe, true)
    assert.ok(wait() > 0)
    assert.equal(health.reason(target())?.code, 'MODEL_FAILED')
    assert.equal(health.observe(target()).isProbe, false)
    probe.onToken()
    assert.equal(wait(), 0)
    assert.equal(health.report()[0]!.breaker, 'closed')
    probe.onSuccess()
    fail('MODEL_FAILED')
    assert.equal(health.report()[0]!.failures, 1)
  })

  it('opens again for twice as long when the probe fails, at most for a minute', () => {
    const { open, clock, fail, wait } = patient()
    open()
    const rests = Array.from({ length: 7 }, () => {
      const ms = wait()
      clock.ms += ms
      fail('MODEL_FAILED')
      return ms / 1000
    })
    assert.deepEqual(rests, [2, 4, 8, 16, 32, 60, 60])
  })

  it('opens again at once when a probe is cut after its first token', () => {
    const { open, clock, health, target } = patient()
    open()
    clock.ms += 2_000
    const probe = health.observe(target())
    probe.onToken()
    probe.onFailure(failure('MODEL_CUT'))
    assert.equal(health.report()[0]!.breaker, 'open')
  })

  it('allows another probe when the first ended without a result', () => {
    const { open, clock, health, target } = patient()
    open()
    clock.ms += 2_000
    health.observe(target()).onAbort()
    assert.equal(health.observe(target()).isProbe, true)
  })

  it('closes, too, when the endpoint refuses the probe’s content', () => {
    const { open, clock, fail, health } = patient()
    open()
    clock.ms += 2_000
    fail('MODEL_TOO_LONG')
    assert.deepEqual(health.report()[0], {
      endpoint: 'main',
      breaker: 'closed',
      failures: 0,
      restMs: 0,
      keys: [{ restMs: 0 }, { restMs: 0 }],
    })
  })

  it('notifies waiting questions when a probe ends', async () => {
    const { open, clock, health, target } = patient()
    open()
    clock.ms += 2_000
    const probe = health.observe(target())
    const changed = health.changed()
    probe.onToken()
    await changed
  })
})

describe('the health report', () => {
  it('is plain data, without a key in it', () => {
    const { fail, open, health } = patient()
    fail('MODEL_KEY_REFUSED', {}, 1)
    open()
    assert.deepEqual(JSON.parse(JSON.stringify(health.report())), [
      {
        endpoint: 'main',
        breaker: 'open',
        failures: 5,
        restMs: 2_000,
        keys: [{ restMs: 0 }, { restMs: 60_000, code: 'MODEL_KEY_REFUSED' }],
      },
    ])
  })

  it('is logged when it changes, once, with reason and length', () => {
    const { fail, open, answer, clock, log } = patient()
    fail('MODEL_KEY_REFUSED')
    fail('MODEL_KEY_REFUSED')
    open()
    fail('MODEL_FAILED')
    clock.ms += 60_000
    answer()
    assert.deepEqual(log.records, [
      {
        level: 'warn',
        event: 'keyRests',
        endpoint: 'main',
        key: 1,
        restMs: 60_000,
        code: 'MODEL_KEY_REFUSED',
        reason: 'failed with MODEL_KEY_REFUSED',
      },
      {
        level: 'warn',
        event: 'endpointRests',
        endpoint: 'main',
        restMs: 2_000,
        code: 'MODEL_FAILED',
        reason: 'failed with MODEL_FAILED',
      },
      { level: 'info', event: 'endpointBack', endpoint: 'main' },
      { level: 'info', event: 'keyBack', endpoint: 'main', key: 1 },
    ])
  })

  it('is not logged above debug for short rests after 429', () => {
    const { fail, log } = patient()
    fail('MODEL_RATE_LIMITED')
    assert.deepEqual(log.changes, ['debug keyRests'])
  })

  it('is not logged above debug with one endpoint and one key, whose errors say it already', () => {
    const lone = endpoint('main')
    const log = new RecordingLog()
    const observer = new Health({ endpoints: [lone], log }).observe({ endpoint: lone, keyAt: 0 })
    observer.onFailure(failure('MODEL_KEY_REFUSED'))
    assert.deepEqual(log.changes, ['debug keyRests'])
  })
})
