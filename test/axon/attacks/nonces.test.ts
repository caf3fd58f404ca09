import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { send, signedRequest } from '../../support/signed-request.ts'
import { realSockets } from '../real-sockets.ts'
import { pingOf, withstand } from './attack.ts'
import { BAD, MANY } from './callers.ts'

const caps = { noncesPerCaller: 200, noncesInAll: 10_000 }

describe('nonces and checks that are used up', () => {
  realSockets()

  it('by one caller that spends as many nonces as it may', async () => {
    using kept = keptConnections()
    const statuses: Record<number, number> = {}
    await withstand({
      victim: { limits: caps },
      attackers: 16,
      attacker: async ({ url }, _, signal) => {
        const { status } = await send(url, pingOf(BAD), { agent: kept.agent, signal })
        statuses[status] = (statuses[status] ?? 0) + 1
      },
      begun: async () => {
        while (!statuses[429]) await new Promise(resolve => setTimeout(resolve, 20))
      },
      grows: 150,
    })
    assert.ok(statuses[200]! <= caps.noncesPerCaller, 'it spends no more than its cap')
  })

  it('by signatures that do not hold, in the names of others', async () => {
    using kept = keptConnections()
    let refused = 0
    await withstand({
      attackers: 64,
      attacker: async ({ url }, at, signal) => {
        const forged = signedRequest({ by: MANY[at % MANY.length]!, text: 'forged' })
        const { status } = await send(url, forged, { agent: kept.agent, signal })
        if (status === 429) refused++
      },
      begun: async () => {
        while (refused < 50) await new Promise(resolve => setTimeout(resolve, 20))
      },
      grows: 150,
    })
  })
})

/** Connections that attackers keep, and that end with the test. */
function keptConnections() {
  const agent = new Agent({ keepAlive: true })
  return { agent, [Symbol.dispose]: () => agent.destroy() }
}
