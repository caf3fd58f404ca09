import 'reflect-metadata'
import assert from 'node:assert/strict'
import { AccessLog } from '#dist/app/access-log.js'
import { createLog } from '#dist/app/log/logger.js'
import { type EndedRequest, publish } from '#dist/axon/events.js'
import { alice } from '../support/signed-request.ts'

const stranger: EndedRequest = {
  axon: 'axon',
  id: '1',
  address: '127.0.0.1',
  synapse: 'Prompting',
  claimed: alice.address,
  hotkey: null,
  arrivedAt: 0,
  ms: 1,
  times: { done: 1 },
}

describe('access log', () => {
  it('logs what an answer took, and how far a stream came', async () => {
    const records: Record<string, unknown>[] = []
    const log = await createLog({
      level: 'info',
      secrets: [],
      output: { write: line => records.push(JSON.parse(line)) },
    })
    const known = { ...stranger, hotkey: alice.address }
    const times = { claimed: 0, verified: 1, placed: 2, firstToken: 3, done: 5 }
    const usage = { promptTokens: 9, cachedTokens: 4, completionTokens: 2, reasoningTokens: 1 }
    const attempt = { endpoint: 'main', model: 'm', ms: 5 }
    {
      using _requests = new AccessLog(log, stranger.axon)
      const attempts = [{ ...attempt, error: 'MODEL_BUSY', retryAfterMs: 45_000 }, attempt]
      const outcome = { model: 'm', finishReason: 'stop', usage, attempts }
      publish('answered', () => ({ ...known, status: 200, outcome, times, pieces: 7 }))
      publish('answered', () => ({ ...known, status: 200 }))
      const cut = { model: 'unknown', finishReason: 'deadline' }
      const atDeadline = { outcome: cut, partial: true, cut: { by: 'deadline' } } as const
      publish('answered', () => ({ ...known, status: 200, ...atDeadline, times }))
      const brokeOff = { ...atDeadline, cut: { by: 'MODEL_CUT', endpoint: 'main' } }
      publish('answered', () => ({ ...known, status: 200, ...brokeOff, times }))
      const reason = 'The model behind this miner failed'
      publish('failed', () => ({
        ...known,
        status: 200,
        code: 'UPSTREAM_FAILED',
        reason,
        times,
        plugin: 'shout',
        pieces: 2,
        attempts,
        error: 'cut',
      }))
      publish('cancelled', () => ({ ...known, times, pieces: 2 }))
    }
    const without = { hotkey: alice.address, address: '127.0.0.1', id: '1', ms: 1, synapse: 'Prompting' }
    const told = { ...without, status: 200 }
    const expected = [
      {
        ...told,
        event: 'answered',
        firstMs: 3,
        pieces: 7,
        model: 'm',
        endpoint: 'main',
        usage,
        attempts: ['main: MODEL_BUSY, retry after 45000 ms', 'main: answered'],
      },
      { ...told, event: 'answered' },
      { ...told, event: 'answered', firstMs: 3, partial: true, cutBy: 'deadline', model: 'unknown' },
      {
        ...told,
        event: 'answered',
        firstMs: 3,
        partial: true,
        cutBy: 'MODEL_CUT',
        model: 'unknown',
        endpoint: 'main',
      },
      {
        ...told,
        event: 'failed',
        code: 'UPSTREAM_FAILED',
        firstMs: 3,
        pieces: 2,
        reason: 'The model behind this miner failed',
        plugin: 'shout',
        attempts: ['main: MODEL_BUSY, retry after 45000 ms', 'main: answered'],
        error: 'cut',
      },
      { ...without, event: 'cancelled', firstMs: 3, pieces: 2 },
    ]
    assert.deepEqual(
      records.map(({ level, time, ...rest }) => rest),
      expected,
    )
    assert.deepEqual(
      records.map(({ level }) => level),
      ['info', 'info', 'info', 'warn', 'warn', 'info'],
    )
  })

  it('summarizes requests of strangers, and logs the first of their failures', async () => {
    const records: { event: string; level: string; counts?: object }[] = []
    const log = await createLog({
      level: 'info',
      secrets: [],
      output: { write: line => records.push(JSON.parse(line)) },
    })
    {
      using _requests = new AccessLog(log, stranger.axon)
      const refused = { ...stranger, status: 500, code: 'INTERNAL', reason: 'internal error' }
      for (let count = 0; count < 20; count++) {
        publish('cancelled', () => stranger)
        publish('failed', () => ({ ...refused, plugin: 'shout', error: new TypeError('broken') }))
        publish('refused', () => ({ ...refused, code: 'NOT_VERIFIED' }))
        publish('answered', () => ({ ...stranger, status: 200 }))
      }
      publish('cancelled', () => ({ ...stranger, hotkey: alice.address }))
    }
    assert.deepEqual(
      records.map(({ event, level }) => [event, level]),
      [
        ['failed', 'error'],
        ['cancelled', 'info'],
        ['strangers', 'info'],
      ],
    )
    assert.deepEqual(records[2]!.counts, { CANCELLED: 20, INTERNAL: 20, NOT_VERIFIED: 20, ANSWERED: 20 })
  })

  it('names the strangers in the sum, and logs each of their requests at debug level', async () => {
    const refused = { ...stranger, status: 403, code: 'BLACKLISTED', reason: 'Forbidden' }
    const records = await recorded('debug', () => {
      publish('refused', () => refused)
      publish('refused', () => refused)
      publish('refused', () => ({ ...refused, claimed: null, address: '192.0.2.1', code: 'NOT_VERIFIED', status: 401 }))
    })
    const caller = { claimed: alice.address, address: '127.0.0.1', synapse: 'Prompting' }
    assert.deepEqual(
      records.map(({ event, level, claimed, address, code }) => [event, level, claimed, address, code]),
      [
        ['refused', 'debug', alice.address, '127.0.0.1', 'BLACKLISTED'],
        ['refused', 'debug', alice.address, '127.0.0.1', 'BLACKLISTED'],
        ['refused', 'debug', null, '192.0.2.1', 'NOT_VERIFIED'],
        ['strangers', 'info', undefined, undefined, undefined],
      ],
    )
    assert.deepEqual(records.at(-1)!.callers, [
      { ...caller, code: 'BLACKLISTED', status: 403, reason: 'Forbidden', count: 2 },
      {
        ...caller,
        claimed: null,
        address: '192.0.2.1',
        code: 'NOT_VERIFIED',
        status: 401,
        reason: 'Forbidden',
        count: 1,
      },
    ])
  })

  it('keeps a flood of made-up hotkeys from filling the sum and from hiding others', async () => {
    const refused = { ...stranger, status: 403, code: 'BLACKLISTED', reason: 'x'.repeat(5_000) }
    const [sum, ...others] = await recorded('info', () => {
      for (let at = 0; at < 10_000; at++)
        publish('refused', () => ({
          ...refused,
          claimed: `5${at}`,
          address: `2001:db8::${(at % 60_000).toString(16)}`,
        }))
      publish('refused', () => refused)
      for (let at = 0; at < 200; at++) publish('refused', () => ({ ...refused, address: `198.51.100.${at}` }))
    })
    assert.deepEqual(others, [])
    const callers = sum!.callers as { claimed: string; address: string; reason: string }[]
    assert.equal(callers.length, 10)
    assert.equal(callers.filter(({ address }) => address.startsWith('2001:db8:')).length, 3)
    assert.equal(callers[3]!.claimed, alice.address)
    assert.ok(callers.every(({ reason }) => reason.length === 100))
    assert.deepEqual(sum!.counts, { BLACKLISTED: 10_201 })
    assert.equal(sum!.unnamed, 10_191)
  })
})

/** What the request log writes of what `act` publishes, its last sum included. */
async function recorded(level: 'debug' | 'info', act: () => void): Promise<Record<string, unknown>[]> {
  const records: Record<string, unknown>[] = []
  const log = await createLog({ level, secrets: [], output: { write: line => records.push(JSON.parse(line)) } })
  {
    using _requests = new AccessLog(log, stranger.axon)
    act()
  }
  return records
}
