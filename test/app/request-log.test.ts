import 'reflect-metadata'
import assert from 'node:assert/strict'
import { createLog } from '#dist/app/log/logger.js'
import { RequestLog } from '#dist/app/request-log.js'
import { publish, type RequestRecord } from '#dist/axon/events.js'
import { alice } from '../support/signed-request.ts'

const stranger: RequestRecord = {
  axon: 'axon',
  id: '1',
  address: '127.0.0.1',
  synapse: 'Prompting',
  claimed: alice.address,
  hotkey: null,
  arrivedAt: 0,
  ms: 1,
}

describe('request log', () => {
  it('logs what an answer took, and how far a stream came', async () => {
    const records: Record<string, unknown>[] = []
    const log = await createLog({
      level: 'info',
      secrets: [],
      output: { write: line => records.push(JSON.parse(line)) },
    })
    const known = { ...stranger, hotkey: alice.address }
    const usage = { promptTokens: 9, cachedTokens: 4, completionTokens: 2, reasoningTokens: 1 }
    const attempt = { endpoint: 'main', model: 'm', ms: 5 }
    {
      using _requests = new RequestLog(log, stranger.axon)
      const attempts = [{ ...attempt, error: 'MODEL_BUSY', retryAfterMs: 45_000 }, attempt]
      const outcome = { model: 'm', finishReason: 'stop', usage, attempts }
      publish('answered', () => ({ ...known, status: 200, outcome, firstMs: 3, pieces: 7 }))
      publish('answered', () => ({ ...known, status: 200 }))
      const cut = { model: 'unknown', finishReason: 'deadline' }
      publish('answered', () => ({ ...known, status: 200, outcome: cut, partial: true, firstMs: 3 }))
      const reason = 'The model behind this miner failed'
      publish('failed', () => ({
        ...known,
        status: 200,
        code: 'UPSTREAM_FAILED',
        reason,
        firstMs: 3,
        plugin: 'shout',
        pieces: 2,
        attempts,
        error: 'cut',
      }))
      publish('cancelled', () => ({ ...known, firstMs: 3, pieces: 2 }))
    }
    const without = { hotkey: alice.address, id: '1', ms: 1, synapse: 'Prompting' }
    const told = { ...without, status: 200 }
    const expected = [
      {
        ...told,
        event: 'answered',
        firstMs: 3,
        pieces: 7,
        model: 'm',
        usage,
        attempts: ['main: MODEL_BUSY, retry after 45000 ms', 'main: answered'],
      },
      { ...told, event: 'answered' },
      { ...told, event: 'answered', firstMs: 3, partial: true, model: 'unknown' },
      {
        ...told,
        event: 'failed',
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
  })

  it('summarizes requests of strangers, and logs the first of their failures', async () => {
    const records: { event: string; level: string; counts?: object }[] = []
    const log = await createLog({
      level: 'info',
      secrets: [],
      output: { write: line => records.push(JSON.parse(line)) },
    })
    {
      using _requests = new RequestLog(log, stranger.axon)
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
})
