import assert from 'node:assert/strict'
import { echoMiner } from '#dist/miners/echo.js'
import { ask, build, refusal } from './ask.ts'

describe('the echo miner', () => {
  it('repeats the last message', async () => {
    const { text, outcome } = await ask(await build(echoMiner), {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'first' },
        { role: 'user', content: ' second\n' },
      ],
    })
    assert.equal(text, ' second\n')
    assert.deepEqual(outcome, { model: 'echo', finishReason: 'stop' })
  })

  it('puts the prefix before the answer', async () => {
    const miner = await build(echoMiner, { prefix: '> ' })
    assert.equal((await ask(miner, { messages: [{ role: 'user', content: 'hi' }] })).text, '> hi')
  })

  it('throws for an empty message, whatever the prefix', async () => {
    const miner = await build(echoMiner, { prefix: '> ' })
    for (const content of ['', ' \n']) {
      const error = await refusal(ask(miner, { messages: [{ role: 'user', content }] }))
      assert.equal(error.code, 'ECHO_EMPTY')
      assert.equal(error.misuse, true)
    }
  })

  it('throws the reason of the caller’s signal', async () => {
    const reason = new Error('nobody listens')
    await assert.rejects(ask(await build(echoMiner), { signal: AbortSignal.abort(reason) }), error => error === reason)
  })
})
