import assert from 'node:assert/strict'
import { type EndedRequest, isObserved, publish } from '#dist/axon/events.js'
import type { NewEntry } from '#dist/request-log/database/request-row.js'
import { recordRequests } from '#dist/request-log/record-requests.js'
import { alice } from '../support/signed-request.ts'

const ended: EndedRequest = {
  axon: 'axon',
  id: '1',
  address: '127.0.0.1',
  synapse: 'Prompting',
  claimed: alice.address,
  hotkey: alice.address,
  arrivedAt: 1_000,
  ms: 9,
  times: { claimed: 1, verified: 2, placed: 3, firstToken: 5, done: 9 },
}
const stranger = { ...ended, hotkey: null }
const attempt = { endpoint: 'main', model: 'm', ms: 5 }
const outcome = { model: 'm', finishReason: 'stop', usage: { promptTokens: 9 }, attempts: [attempt] }

function recording(options: Partial<Parameters<typeof recordRequests>[0]> = {}) {
  const entries: NewEntry[] = []
  const strangers: string[] = []
  const errors: unknown[] = []
  const recorded = recordRequests({
    axon: 'axon',
    isFull: false,
    writer: { add: entry => void entries.push(entry), addStranger: code => void strangers.push(code) },
    onError: error => errors.push(error),
    ...options,
  })
  return { entries, strangers, errors, [Symbol.dispose]: () => recorded[Symbol.dispose]() }
}

const conversation = (id: string, answer: string, axon = 'axon') =>
  publish('conversation', () => ({
    axon,
    id,
    question: { messages: [{ role: 'user', content: 'hi' }] },
    answer,
    isTruncated: false,
    toolCalls: [],
  }))

describe('recordRequests', () => {
  it('adds a request for each way to end, with what is known of it', () => {
    using recorded = recording()
    publish('answered', () => ({ ...ended, status: 200, outcome, attempts: [attempt], pieces: 7 }))
    const cut = { by: 'MODEL_CUT', endpoint: 'spare' }
    publish('answered', () => ({ ...ended, status: 200, outcome, partial: true, cut }))
    publish('refused', () => ({ ...ended, status: 403, code: 'BLACKLISTED', reason: 'no permit' }))
    const attempts = [{ ...attempt, error: 'MODEL_BUSY' }]
    const failed = { status: 502, code: 'UPSTREAM_FAILED', reason: 'failed', plugin: 'p', error: new Error('secret') }
    publish('failed', () => ({ ...ended, ...failed, attempts }))
    publish('cancelled', () => ({ ...ended, times: { done: 9 } }))
    const { id, hotkey, address, synapse, ms, times } = ended
    const known = { id, hotkey, address, synapse, ms, times, at: 1_000, costUsd: null }
    const answered = {
      ...known,
      outcome: 'answered',
      status: 200,
      model: 'm',
      finishReason: 'stop',
      usage: outcome.usage,
    }
    assert.deepEqual(recorded.entries, [
      { request: { ...answered, endpoint: 'main', attempts: [attempt], pieces: 7 } },
      { request: { ...answered, endpoint: 'spare', attempts: [attempt], cutBy: 'MODEL_CUT' } },
      { request: { ...known, outcome: 'refused', status: 403, code: 'BLACKLISTED', reason: 'no permit' } },
      {
        request: {
          ...known,
          outcome: 'failed',
          status: 502,
          code: 'UPSTREAM_FAILED',
          reason: 'failed',
          model: 'm',
          attempts,
        },
      },
      { request: { ...known, outcome: 'cancelled', times: { done: 9 } } },
    ])
  })

  it('only counts callers that proved no hotkey, and leaves other axons alone', () => {
    using recorded = recording()
    publish('refused', () => ({ ...stranger, status: 401, code: 'NOT_VERIFIED', reason: '' }))
    publish('answered', () => ({ ...stranger, status: 200 }))
    publish('cancelled', () => stranger)
    publish('answered', () => ({ ...ended, axon: 'other', status: 200 }))
    assert.deepEqual([recorded.entries, recorded.strangers], [[], ['NOT_VERIFIED', 'ANSWERED', 'CANCELLED']])
  })

  it('listens for conversations in full only, and adds them to their request', () => {
    {
      using _ = recording()
      assert.equal(isObserved('conversation'), false)
    }
    using recorded = recording({ isFull: true })
    conversation('1', 'first')
    conversation('2', 'other')
    conversation('1', 'second')
    conversation('1', 'of another axon', 'other')
    publish('answered', () => ({ ...ended, status: 200, outcome }))
    publish('answered', () => ({ ...ended, id: '2', status: 200, outcome }))
    publish('answered', () => ({ ...ended, status: 200, outcome }))
    const answers = recorded.entries.map(({ conversations = [] }) => conversations.map(({ answer }) => answer))
    assert.deepEqual(answers, [['first', 'second'], ['other'], []])
  })

  it('asks for the cost of a request, and bounds what a plugin may make long', () => {
    using recorded = recording({ costOf: ({ attempts = [] }) => attempts.length / 4 })
    const long = 'x'.repeat(10_000)
    const failed = { status: 500, code: 'INTERNAL', reason: long, plugin: 'p', error: null }
    const usage = { promptTokens: 9 }
    const known = { ms: 5, retryAfterMs: 9, usage, isShared: true } as const
    const wordy = { endpoint: long, model: long, error: long, message: long, ...known, other: long }
    publish('failed', () => ({ ...ended, ...failed, attempts: Array.from({ length: 60 }, () => wordy) }))
    publish('answered', () => ({ ...ended, status: 200, outcome: { model: long, finishReason: long } }))
    const [first, second] = recorded.entries.map(({ request }) => request)
    assert.deepEqual([first!.costUsd, first!.attempts?.length, first!.reason?.length], [15, 50, 301])
    const [name, message] = [201, 301].map(length => `${'x'.repeat(length - 1)}…`)
    const short = { endpoint: name, model: name, error: name, message, ...known }
    assert.deepEqual(first!.attempts![0], short)
    assert.deepEqual([second!.costUsd, second!.model?.length, second!.finishReason?.length], [0, 201, 201])
  })

  it('keeps an error of its own from the request', () => {
    using recorded = recording({
      costOf: () => {
        throw new Error('no price')
      },
    })
    publish('answered', () => ({ ...ended, status: 200, outcome }))
    assert.match(String(recorded.errors[0]), /no price/)
  })
})
