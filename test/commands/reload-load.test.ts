import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { allows, configFile, serveWithoutChain } from '../support/config-file.ts'
import { startMiner } from '../support/miner-process.ts'
import { alice, charlie, dave, type Got, send, signedRequest } from '../support/signed-request.ts'

describe('500 SIGHUPs under load', () => {
  // The lists let `one` in, and its rate, which is soon used up, is written in the refusals. With the lists of one policy and
  // the rates of the other, the text would be that of the other; with a list of each, a hotkey would be on none.
  const policyFor = (one: { address: string }, other: { address: string }) =>
    `${allows(one, dave)}deny = ["${other.address}"]\nrates = { "${one.address}" = "1/7day", "${other.address}" = "2/7day" }\n`
  const policies = [policyFor(alice, charlie), policyFor(charlie, alice)]
  const BURSTS = 100
  const SIGNALS = 5

  it('lose no request, and each is decided by one whole policy', async () => {
    using file = configFile(policies[0]!)
    await using miner = await startMiner([...serveWithoutChain, '--config', file.path])
    const agent = new Agent({ keepAlive: true })
    const got: { readonly by: string; readonly reply: Got }[] = []
    let isOver = false
    const callers = [alice, charlie, alice, charlie, dave, dave].map(async by => {
      while (!isOver) got.push({ by: by.address, reply: await send(miner.url, signedRequest({ by }), { agent }) })
    })
    const flips = () => miner.records.filter(({ changed }) => Array.isArray(changed) && changed.length > 0).length
    for (let burst = 1; burst <= BURSTS; burst++) {
      file.write(policies[burst % 2]!)
      for (let count = 0; count < SIGNALS; count++) {
        miner.send('SIGHUP')
        if (count < SIGNALS - 1) await new Promise(setImmediate)
      }
      while (flips() < burst) await miner.next('reloaded')
    }
    isOver = true
    await Promise.all(callers)
    agent.destroy()

    const outcomesOf = ({ address }: { address: string }) => {
      const replies = got.filter(({ by }) => by === address).map(({ reply }) => reply)
      return [...new Set(replies.map(({ status, json }) => (status === 200 ? '200' : `${status} ${json.message}`)))]
    }
    const denied = '403 Forbidden. Key is blacklisted: blacklisted hotkey.'
    for (const one of [alice, charlie])
      assert.deepEqual(
        outcomesOf(one)
          .filter(outcome => outcome !== '200')
          .sort(),
        [denied, '429 Too many requests: at most 1/7day'],
      )
    assert.deepEqual(outcomesOf(dave), ['200'])
    const { code } = await miner.stop()
    assert.equal(code, 0)
    const logged = (event: string) => miner.records.filter(record => record.event === event).length
    const answers = got.filter(({ reply }) => reply.status === 200)
    assert.deepEqual([logged('answered'), logged('reloadRefused')], [answers.length, 0])
    // None is answered where the next policy refused the one that the rate had let pass, while it waited for a place.
    for (const { address } of [alice, charlie]) assert.ok(answers.filter(({ by }) => by === address).length <= 1)
  })
})
