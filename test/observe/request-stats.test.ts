import assert from 'node:assert/strict'
import { type EndedRequest, publish, type RequestEvents } from '#dist/axon/events.js'
import { RequestStats } from '#dist/observe/request-stats.js'
import { alice, bob, charlie } from '../support/signed-request.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** some time in 2026, in the middle of a minute */
const start = 1_795_000_000_000

describe('request stats', () => {
  let now: number
  let stats: RequestStats

  beforeEach(() => {
    now = start
    const hasRow = (hotkey: string) => hotkey !== charlie.address
    stats = new RequestStats({ axon: 'axon', hotkey: bob.address, hasRow, now: () => now, onError: assert.ifError })
  })
  afterEach(() => stats[Symbol.dispose]())

  const record = (more: Partial<EndedRequest> = {}): EndedRequest => {
    const hotkey = more.hotkey === undefined ? alice.address : more.hotkey
    const common = { axon: 'axon', id: '1', address: '127.0.0.1', synapse: 'Prompting', ms: 0, arrivedAt: now }
    return { ...common, times: { done: 0 }, claimed: hotkey, ...more, hotkey }
  }
  const answer = (more?: Partial<EndedRequest>) => publish('answered', () => ({ ...record(more), status: 200 }))
  const refuse = (more: Partial<RequestEvents['refused']> = {}) =>
    publish('refused', () => ({ status: 403, code: 'BLACKLISTED', reason: 'no permit', ...more, ...record(more) }))

  it('counts how the requests of each hotkey ended', () => {
    answer()
    answer()
    publish('cancelled', () => record())
    publish('failed', () => ({
      ...record(),
      status: 502,
      code: 'UPSTREAM_FAILED',
      reason: 'it failed',
      plugin: 'm',
      error: 1,
    }))
    refuse({ status: 429, code: 'BUSY', reason: 'Busy' })
    const { callers, others, reasons, since } = stats.sum()
    assert.deepEqual(callers, [
      { hotkey: alice.address, answered: 2, refused: 1, failed: 1, cancelled: 1, lastAt: start },
    ])
    assert.deepEqual(others, { answered: 0, refused: 0, failed: 0, cancelled: 0 })
    assert.deepEqual(
      reasons.map(({ ending, code, count, hotkeys }) => [ending, code, count, hotkeys]),
      [
        ['failed', 'UPSTREAM_FAILED', 1, [alice.address]],
        ['refused', 'BUSY', 1, [alice.address]],
      ],
    )
    assert.equal(since, start)
  })

  it('counts the answers of the last hour that the deadline cut', () => {
    const cut = (by: string) => publish('answered', () => ({ ...record(), status: 200, partial: true, cut: { by } }))
    cut('deadline')
    cut('UPSTREAM_FAILED')
    answer()
    publish('cancelled', () => ({ ...record(), partial: true, cut: { by: 'deadline' } }))
    assert.equal(stats.sum().cut, 1)
    now += 30 * MINUTE
    cut('deadline')
    assert.equal(stats.sum().cut, 2)
    now += 31 * MINUTE
    assert.equal(stats.sum().cut, 1)
  })

  it('adds up hotkeys without a row, and those that are not proven', () => {
    answer({ hotkey: charlie.address })
    refuse({ hotkey: null, claimed: alice.address })
    refuse({ hotkey: null, claimed: charlie.address })
    refuse({ hotkey: null, claimed: null, status: 401, code: 'NOT_VERIFIED', reason: 'of id 1' })
    refuse({ hotkey: null, claimed: null, status: 401, code: 'NOT_VERIFIED', reason: 'of id 2' })
    const { callers, others, reasons } = stats.sum()
    assert.deepEqual(callers, [])
    assert.deepEqual(others, { answered: 1, refused: 4, failed: 0, cancelled: 0 })
    const found = { ending: 'refused', lastAt: start }
    assert.deepEqual(reasons, [
      {
        ...found,
        code: 'BLACKLISTED',
        status: 403,
        reason: 'no permit',
        count: 2,
        strangers: 2,
        hotkeys: [alice.address],
      },
      { ...found, code: 'NOT_VERIFIED', status: 401, reason: 'of id 2', count: 2, strangers: 2, hotkeys: [] },
    ])
  })

  it('forgets requests after an hour', () => {
    answer()
    now += 30 * MINUTE
    answer()
    now += 29 * MINUTE
    assert.equal(stats.sum().callers[0]?.answered, 2)
    now += 2 * MINUTE
    assert.equal(stats.sum().callers[0]?.answered, 1)
    assert.equal(stats.sum().since, now - HOUR)
    now += HOUR
    assert.deepEqual(stats.sum().callers, [])
  })

  it('goes on counting when the clock steps back', () => {
    answer()
    now -= HOUR / 2
    answer()
    now += HOUR / 2
    answer()
    assert.equal(stats.sum().callers[0]?.answered, 3)
  })

  it('begins anew when a clock that was wrong by more than an hour is set right', () => {
    answer()
    now -= 2 * HOUR
    answer()
    const { callers, since } = stats.sum()
    assert.deepEqual([callers[0]!.answered, since], [1, now])
    now += HOUR
    assert.deepEqual(stats.sum().callers, [])
  })

  it('counts a flood of pings that claim its own hotkey', () => {
    for (let sent = 0; sent < 100; sent++) refuse({ hotkey: null, claimed: bob.address, synapse: 'Synapse' })
    assert.equal(stats.changes, 90)
    assert.equal(stats.sum().others.refused, 90)
  })

  it('ignores other axons, and the pings of its own hotkey', () => {
    answer({ axon: 'other' })
    refuse({ hotkey: null, claimed: bob.address, synapse: 'Synapse' })
    answer({ hotkey: bob.address, claimed: bob.address, synapse: 'Synapse' })
    assert.equal(stats.changes, 0)
    refuse({ hotkey: null, claimed: bob.address })
    assert.equal(stats.changes, 1)
  })

  it('is bounded, whatever reasons a plugin gives and whatever hotkeys ask', () => {
    for (let at = 0; at < 10_000; at++) {
      answer({ hotkey: `hotkey ${at}` })
      refuse({ reason: `reason ${at} ${'x'.repeat(1_000)}`, hotkey: null, claimed: `hotkey ${at}` })
    }
    const { callers, others, reasons } = stats.sum()
    assert.equal(callers.length, 4_096)
    assert.equal(others.answered, 10_000 - 4_096)
    assert.ok(reasons.length < 50)
    assert.equal(
      reasons.reduce((sum, { count }) => sum + count, 0),
      10_000,
    )
    assert.ok(reasons.every(({ reason, hotkeys }) => reason.length <= 201 && hotkeys.length <= 8))
  })

  it('stops when it is disposed', () => {
    stats[Symbol.dispose]()
    answer()
    assert.equal(stats.changes, 0)
  })
})
