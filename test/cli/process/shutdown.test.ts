import assert from 'node:assert/strict'
import { drainAxon } from '#dist/cli/process/shutdown.js'
import type { Log } from '#dist/plugin/log.js'
import type { Miner } from '#dist/plugin/miner.js'
import { send, signedRequest } from '../../support/signed-request.ts'
import { echo, startAxon } from '../../support/start-axon.ts'

describe('drain', () => {
  it('gives 0 when all that was begun is answered', async () => {
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const slow: Miner = {
      async *prompt(question, asked) {
        begun.resolve()
        await gate.promise
        return yield* echo.prompt(question, asked)
      },
    }
    await using axon = await startAxon({ miner: slow })
    const answer = send(axon.url, signedRequest())
    await begun.promise
    const { log, events } = recorder()
    const code = drainAxon(axon, { signal: 'SIGTERM', second: never, ms: 10_000, log })
    assert.equal((await send(axon.url, signedRequest())).status, 503)
    gate.resolve()
    assert.equal((await answer).status, 200)
    assert.equal(await code, 0)
    assert.deepEqual(events, [
      { event: 'draining', signal: 'SIGTERM', seconds: 10, requests: 1 },
      { event: 'stopped', inTime: true },
    ])
  })

  it('gives 1 when a miner does not end in time', async () => {
    const begun = Promise.withResolvers<void>()
    const stuck: Miner = {
      async *prompt() {
        begun.resolve()
        await new Promise(() => {})
        yield 'never'
        return { model: 'stuck', finishReason: 'stop' }
      },
    }
    await using axon = await startAxon({ miner: stuck })
    const answer = send(axon.url, signedRequest())
    await begun.promise
    const { log, events } = recorder()
    assert.equal(await drainAxon(axon, { signal: 'SIGINT', second: never, ms: 20, log }), 1)
    assert.deepEqual(events.at(-1), { event: 'stopped', inTime: false, lost: 1 })
    assert.equal((await answer).status, 503)
  })
})

/** No second signal comes. */
const never = new Promise<never>(() => {})

function recorder(): { log: Log; events: object[] } {
  const events: object[] = []
  const record = (fields: object) => void events.push(fields)
  return { log: { debug: record, info: record, warn: record, error: record }, events }
}
