import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'
import { TalkingMiner } from '../support/talking-miner.ts'
import { realSockets } from './real-sockets.ts'
import { saying } from './start-queue.ts'
import { told } from './told.ts'

describe('a question that comes too late', () => {
  realSockets()

  it('is refused at once after 20 first words, while others are at work; without them it is asked all the same', async () => {
    const miner = new TalkingMiner()
    await using axon = await startAxon({ miner, concurrency: 20, queue: 8 })
    const ask = (timeout: string) => send(axon.url, saying('hi', { timeout }))
    const replies = Array.from({ length: 20 }, () => ask('60.0'))
    const talks = await Promise.all(replies.map(() => miner.next()))
    await sleep(3_000)
    for (const talk of talks) {
      talk.say('fine')
      talk.end()
    }
    for (const reply of replies) assert.equal((await reply).status, 200)

    const other = ask('60.0')
    const held = await miner.next()
    const refused = told(axon, 'refused')
    const got = await ask('2.5')
    assert.deepEqual([got.status, got.json.message], [503, 'No answer would begin in time'])
    assert.ok(Number(got.headers['retry-after']) >= 3)
    assert.partialDeepStrictEqual(await refused, { code: 'DEADLINE_TOO_NEAR', status: 503 })
    held.say('fine')
    held.end()
    assert.equal((await other).status, 200)

    const late = ask('2.5')
    await (await miner.next()).over
    assert.equal((await late).status, 504)
  })
})
