import assert from 'node:assert/strict'
import { ChainError } from '#dist/chain/chain-error.js'
import type { Status } from '#dist/cli/status/collect-status.js'
import { findProblems, immunityLeftMs } from '#dist/cli/status/find-problems.js'
import { statusJson } from '#dist/cli/status/status-json.js'
import { statusPage } from '#dist/cli/status/status-page.js'
import { NeuronError } from '#dist/neuron/neuron-error.js'
import { now, stateOf, statusOf } from './status-of.ts'

const codesOf = (status: Status) => findProblems(status).problems.map(({ code }) => code)
const { chain, neuron } = statusOf()
const axon = neuron!.axon!
const withMetagraph = (fields: object): Partial<Status> => ({
  chain: { ...chain, metagraph: { ...chain.metagraph!, ...fields } },
})
const withState = (fields: object, isRunning = true): Partial<Status> => ({
  serving: { state: stateOf(fields), problem: null, isRunning },
})
const failing = {
  kind: 'redis',
  failure: { code: 'STORE_UNREACHABLE', message: 'cannot reach it', hint: 'start it', since: now - 60_000 },
  pause: null,
} as const
const pausing = (why: 'unknown' | 'clockSetBack', leftMs: number) =>
  withState({ store: { kind: 'disk', failure: null, pause: { why, until: now + leftMs } } })
const unseen = { found: 'unseen', status: 503, message: 'Service unavailable', hotkey: null, ms: 1 } as const
const silent = {
  pid: 7,
  url: 'http://127.0.0.1:9091',
  tokenFile: null,
  status: null,
  problem: 'no reply within 5 s',
} as const

describe('what miner status finds', () => {
  it('is nothing when all is well', () => {
    assert.deepEqual({ ...findProblems(statusOf()) }, { problems: [], notes: [] })
  })

  const cases: readonly (readonly [what: string, status: Status, codes: readonly string[]])[] = [
    ['a hotkey without a place', statusOf({ neuron: null }), ['UNREGISTERED']],
    [
      'a hotkey without a place in the metagraph on disk',
      statusOf({ neuron: null, ping: null, chain: { ...chain, connection: null } }),
      [],
    ],
    ['no announcement', statusOf({ ping: null }, { axon: null }), ['UNANNOUNCED']],
    [
      'no announcement in the metagraph on disk',
      statusOf({ ping: null, chain: { ...chain, connection: null } }, { axon: null }),
      [],
    ],
    [
      'no announcement where none is wanted',
      statusOf({ ping: null, settings: { announce: false, isLocal: false } }, { axon: null }),
      [],
    ],
    ['another address', statusOf({ own: { ip: '9.9.9.9', port: 8005, problem: null } }), ['ANNOUNCED_ELSEWHERE']],
    ['another port', statusOf({ own: { ip: '8.8.8.8', port: 8006, problem: null } }), ['ANNOUNCED_ELSEWHERE']],
    ['a port that is not known', statusOf({ own: { ip: '8.8.8.8', port: null, problem: null } }), []],
    [
      'an address that cannot be routed',
      statusOf({ own: { ip: null, port: 1, problem: new NeuronError('ADDRESS_UNROUTABLE', 'no', { hint: 'x' }) } }),
      ['UNROUTABLE'],
    ],
    [
      'an announced address that cannot be routed',
      statusOf({ ping: null, own: { ip: null, port: 1, problem: null } }, { axon: { ...axon, ip: '10.1.2.3' } }),
      ['UNROUTABLE'],
    ],
    [
      'the same on a chain of this machine',
      statusOf(
        { settings: { announce: true, isLocal: true }, own: { ip: null, port: 1, problem: null } },
        { axon: { ...axon, ip: '10.1.2.3' } },
      ),
      [],
    ],
    [
      'an address that nobody tells',
      statusOf({ own: { ip: null, port: 1, problem: new NeuronError('ADDRESS_UNKNOWN', 'no', { hint: 'x' }) } }),
      [],
    ],
    [
      'the axon of another hotkey',
      statusOf({ ping: { found: 'other', status: 403, message: '', hotkey: '5Other', ms: 1 } }),
      ['ADDRESS_TAKEN'],
    ],
    [
      'another program at an address that only the metagraph on disk holds',
      statusOf({ ping: { ...unseen, found: 'other' }, chain: { ...chain, connection: null } }),
      [],
    ],
    ['an address that is not seen from here', statusOf({ ping: unseen }), []],
    ['a miner that was killed', statusOf({ ping: unseen, ...withState({}, false) }), ['NOT_SERVING']],
    [
      'a miner that was killed, beside one without a chain',
      statusOf({ ping: unseen, ...withState({}, false), live: { ...silent, hasChain: false } }),
      ['NOT_SERVING'],
    ],
    [
      'a miner that was killed, and runs again',
      statusOf({ ping: unseen, ...withState({}, false), live: { ...silent, hasChain: true } }),
      [],
    ],
    ['a miner that was stopped', statusOf({ ping: unseen, ...withState({ stoppedAt: now }, false) }), ['NOT_SERVING']],
    ['a miner that has moved to another machine', statusOf(withState({ stoppedAt: now }, false)), []],
    ['a miner of another machine', statusOf({ serving: { state: null, problem: null, isRunning: false } }), []],
    ['old standings', statusOf(withState({ chain: 'stale' })), ['STANDINGS_OLD']],
    ['no standings', statusOf(withState({ chain: 'unknown' })), ['STANDINGS_OLD']],
    ['old standings of a miner that ended', statusOf(withState({ chain: 'stale' }, false)), []],
    ['a store that fails', statusOf(withState({ store: failing })), ['STORE_FAILS']],
    ['a store that failed before its miner ended', statusOf(withState({ store: failing }, false)), []],
    ['a store that may have forgotten', statusOf(pausing('unknown', 3_000)), ['NONCES_UNKNOWN']],
    ['a store that might have forgotten', statusOf(pausing('unknown', 0)), []],
    ['a clock that was set back', statusOf(pausing('clockSetBack', 7_200_000)), ['CLOCK_SET_BACK']],
    ['a slow clock', statusOf(withMetagraph({ blockAt: now + 5_000 })), ['CLOCK_WRONG']],
    ['an old head', statusOf(withMetagraph({ blockAt: now - 130_000 })), ['HEAD_OLD']],
    [
      'an old head of a chain on this machine',
      statusOf({
        ...withMetagraph({ blockAt: now - 130_000 }),
        settings: { announce: true, isLocal: true },
      }),
      [],
    ],
    [
      'settings that refuse every neuron',
      statusOf({ noCallers: { message: 'the settings refuse every neuron', hint: 'lower --min-stake' } }),
      ['NO_CALLERS'],
    ],
    [
      'answers that all fail',
      statusOf(
        withState({
          requests: {
            since: now,
            callers: [],
            others: { answered: 0, refused: 0, failed: 3, cancelled: 0 },
            reasons: [
              {
                ending: 'failed',
                code: 'X',
                status: 502,
                reason: 'it burns',
                count: 3,
                strangers: 0,
                lastAt: now,
                hotkeys: [],
              },
            ],
          },
        }),
      ),
      ['ANSWERS_FAIL'],
    ],
    [
      'a chain out of reach',
      statusOf({
        chain: {
          metagraph: null,
          connection: null,
          error: new ChainError('UNREACHABLE', 'no endpoint answers', { hint: 'check the network' }),
        },
        neuron: null,
        ping: null,
      }),
      ['UNREACHABLE'],
    ],
  ]
  for (const [what, status, codes] of cases)
    it(`of ${what}: ${codes.join(', ') || 'no problem'}`, () => {
      assert.deepEqual(codesOf(status), codes)
      assert.ok(findProblems(status).problems.every(({ hint }) => hint !== ''))
    })

  it('tells since when the store fails, and what mends it', () => {
    const status = statusOf(withState({ store: failing }))
    const page = statusPage(status, findProblems(status), undefined)
    assert.match(page, /^ {2}store +redis, fails since 60 s$/m)
    assert.match(page, /^problem: .* callers get 503, since 60 s: cannot reach it\n {2}try: start it$/m)
    const { serving } = statusJson(status, findProblems(status)) as { serving: { store: unknown } }
    const since = new Date(now - 60_000).toISOString()
    assert.deepEqual(serving.store, { ...failing, failure: { ...failing.failure, since } })
  })

  it('tells for how long a store refuses all callers', () => {
    const status = statusOf(pausing('clockSetBack', 7_200_000))
    const page = statusPage(status, findProblems(status), undefined)
    assert.match(page, /^ {2}store +disk, refuses all callers for another 2 h$/m)
    assert.match(page, /^problem: .* callers get 401 for another 2 h\n {2}try: set it by NTP; .* delete its files/m)
    const { serving } = statusJson(status, findProblems(status)) as { serving: { store: { pause: unknown } } }
    assert.deepEqual(serving.store.pause, { why: 'clockSetBack', until: new Date(now + 7_200_000).toISOString() })
  })

  it('tells what the metagraph on disk proves no more', () => {
    const metagraph = { ...chain.metagraph!, readAt: now - 3 * 3_600_000 }
    const onDisk = { chain: { ...chain, metagraph, connection: null }, ping: null }
    const other = { found: 'other', status: 404, message: '', hotkey: null, ms: 1 } as const
    const elsewhere = statusOf({ ...onDisk, ping: other }, { axon: { ...axon, ip: '10.1.2.3' } })
    assert.deepEqual(codesOf(elsewhere), [])
    const noCallers = { message: 'the settings refuse every neuron of subnet 33', hint: 'lower --min-stake' }
    const stopped = { serving: { state: null, problem: null, isRunning: false } }
    const status = statusOf({ ...onDisk, ...stopped, noCallers, neuron: null })
    const { problems, notes } = findProblems(status)
    assert.deepEqual(problems, [])
    const text = notes.join('\n')
    assert.match(text, /by the last metagraph on disk, the settings refuse every neuron/)
    assert.match(text, /^3 h ago, the hotkey \w+ was not registered on subnet 33; it may have registered since$/m)
    assert.equal((statusJson(status, { problems, notes }) as { registered: unknown }).registered, null)
    assert.match(statusPage(status, { problems, notes }, undefined), /^ +uid +not registered 3 h ago$/m)
  })

  it('counts the immunity down where only the metagraph on disk is known', () => {
    const onDisk = { ...chain, metagraph: { ...chain.metagraph!, block: 100, blockAt: now - 3_600_000 } }
    const left = (connection: typeof chain.connection) =>
      immunityLeftMs({ at: now, chain: { ...onDisk, connection }, neuron: { ...neuron!, registeredAt: 100 } })!
    assert.equal(left(chain.connection) - left(null), 3_600_000)
  })

  it('tells how the announcement goes, when a miner that serves is at it', () => {
    const moved = { own: { ip: '9.9.9.9', port: 8005, problem: null } }
    const waiting = findProblems(statusOf({ ...moved, ...withState({ announcement: 'waiting' }) }))
    assert.deepEqual(waiting.problems, [])
    assert.match(
      waiting.notes[0]!,
      /^the chain holds 8\.8\.8\.8:8005, .* would announce 9\.9\.9\.9:8005; miner serve announces it/,
    )
    const problem = { message: 'the chain refuses the address', since: now - 120_000 }
    const [failing] = findProblems(statusOf({ ...moved, ...withState({ announcement: 'failing', problem }) })).problems
    assert.match(failing!.message, /miner serve cannot announce it, since 2 min: the chain refuses the address$/)
    const ended = withState({ announcement: 'waiting' }, false)
    const [problemOfEnded] = findProblems(statusOf({ ...moved, ...ended })).problems
    assert.match(problemOfEnded!.hint, /^announce it with miner announce --netuid 33, or name the right address/)
  })

  it('notes what is not a problem', () => {
    const notesOf = (status: Status) => findProblems(status).notes
    assert.match(notesOf(statusOf({ ping: unseen }))[0]!, /^the announced address is not seen from here/)
    assert.match(
      notesOf(statusOf({ serving: { state: null, problem: 'is damaged', isRunning: false } }))[0]!,
      /^the state file of miner serve is damaged$/,
    )
    assert.match(notesOf(statusOf(withState({ network: 'test' })))[0]!, /another network: .* of test$/)
    // 5,000 blocks of immunity, of which 100 are left: 20 minutes
    assert.match(notesOf(statusOf({}, { registeredAt: 4_995_100 }))[0]!, /^the immunity ends in 20 min/)
    const fromDisk = statusOf({ chain: { ...chain, connection: null } })
    assert.match(notesOf(fromDisk)[0]!, /by the last metagraph on disk/)
  })
})
