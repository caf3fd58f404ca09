import assert from 'node:assert/strict'
import { type ConversationRecord, observe } from '#dist/axon/events.js'
import type { Miner } from '#dist/plugin/miner.js'
import { NoAnswer } from '#dist/plugin/no-answer.js'
import { send, signedRequest } from '../../support/signed-request.ts'
import { startAxon } from '../../support/start-axon.ts'

describe('the conversation of a whole answer', () => {
  const brokenOff = () => new NoAnswer('upstream', 'it broke off', { code: 'BROKE_OFF' })
  const outcome = { model: 'small', finishReason: 'stop' }

  /** Returns what is told of one question to a miner that answers each try by one of `tries`. */
  async function conversationsOf(...tries: readonly (() => AsyncGenerator<string, typeof outcome>)[]) {
    let next = 0
    const miner: Miner = {
      prompt: () => tries[next++]!(),
    }
    await using axon = await startAxon({ miner, mayCut: false })
    const heard: ConversationRecord[] = []
    const stop = observe('conversation', record => record.axon === axon.id && heard.push(record), assert.ifError)
    try {
      const fields = { roles: ['user'], messages: ['hello'], completion: '' }
      const { status } = await send(axon.url, signedRequest({ fields }))
      return { status, answers: heard.map(({ answer }) => answer) }
    } finally {
      stop()
    }
  }

  it('keeps the text that had come when the last try breaks off', async () => {
    const { status, answers } = await conversationsOf(
      async function* () {
        yield 'the first try'
        throw brokenOff()
      },
      async function* () {
        yield 'the '
        yield 'second'
        throw brokenOff()
      },
    )
    assert.deepEqual([status, answers], [502, ['the second']])
  })

  it('keeps that of the first try when the second one brings none', async () => {
    const { status, answers } = await conversationsOf(
      async function* () {
        yield 'the first try'
        throw brokenOff()
      },
      // biome-ignore lint/correctness/useYield: it breaks off before its first piece
      async function* () {
        throw brokenOff()
      },
    )
    assert.deepEqual([status, answers], [502, ['the first try']])
  })

  it('has what the caller got when a try succeeds', async () => {
    const { status, answers } = await conversationsOf(
      async function* () {
        yield 'a long text that is lost'
        throw brokenOff()
      },
      async function* () {
        yield 'kept'
        return outcome
      },
    )
    assert.deepEqual([status, answers], [200, ['kept']])
  })
})
