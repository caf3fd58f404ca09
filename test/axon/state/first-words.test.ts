import assert from 'node:assert/strict'
import { FirstWords } from '#dist/axon/state/first-words.js'
import { Refusal } from '#dist/wires/refusal.js'
import { dialectOf } from '../dialect-of.ts'

const routeOf = () => dialectOf({}).synapses.Ask!

describe('the time to the first word', () => {
  it('is known after 20 questions of the route, as their median', () => {
    const words = new FirstWords()
    const [route, other] = [routeOf(), routeOf()]
    for (let at = 0; at < 19; at++) words.add(route, 'one', at)
    assert.equal(words.median(route), null)
    words.add(route, 'one', 19)
    assert.equal(words.median(route), 10)
    assert.equal(words.median(other), null)
  })

  it('is that of the latest 64 questions, within five minutes', () => {
    let now = 0
    const words = new FirstWords(() => now)
    const route = routeOf()
    for (let at = 0; at < 64; at++) words.add(route, `${at % 4}`, 1_000)
    now = 60_000
    for (let at = 0; at < 32; at++) words.add(route, `${at % 4}`, 10)
    assert.equal(words.median(route), 1_000)
    words.add(route, '0', 10)
    assert.equal(words.median(route), 10)
    now = 300_001
    assert.equal(words.median(route), 10)
    now = 360_001
    assert.equal(words.median(route), null)
  })

  it('is at most 20 times that of one caller, so that its long questions do not decide for others', () => {
    const words = new FirstWords()
    const route = routeOf()
    for (let at = 0; at < 21; at++) words.add(route, `${at}`, 10)
    for (let at = 0; at < 64; at++) words.add(route, 'greedy', 15_000)
    assert.equal(words.median(route), 10)
    words.requireTime(route, 'greedy', 10)
  })

  it('counts for a caller unless its own latest question took less, in the last minute', () => {
    let now = 0
    const words = new FirstWords(() => now)
    const route = routeOf()
    words.add(route, 'quick', 10)
    for (let at = 0; at < 20; at++) words.add(route, `${at}`, 2_500)
    const isRefused = { code: 'DEADLINE_TOO_NEAR' }
    words.requireTime(route, 'quick', 10)
    assert.throws(() => words.requireTime(route, 'quick', 9), isRefused)
    assert.throws(() => words.requireTime(route, 'other', 10), isRefused)
    now = 60_001
    assert.equal(words.latest(route, 'quick'), null)
    assert.throws(() => words.requireTime(route, 'quick', 10), isRefused)
  })

  it('refuses a question with less time left with 503, and tells when to ask again', () => {
    const words = new FirstWords()
    const route = routeOf()
    words.requireTime(route, 'other', 1)
    for (let at = 0; at < 20; at++) words.add(route, 'one', 2_500)
    words.requireTime(route, 'other', 2_500)
    words.requireTime(route, 'other', 0) // its own refusal is 408
    assert.throws(
      () => words.requireTime(route, 'other', 2_499),
      (error: Refusal) => {
        assert.ok(error instanceof Refusal)
        assert.deepEqual([error.code, error.status, error.headers], ['DEADLINE_TOO_NEAR', 503, [['retry-after', '3']]])
        return true
      },
    )
  })
})
