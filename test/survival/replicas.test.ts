import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { freshNonce, type Sent, send, signedRequest } from '../support/signed-request.ts'
import { type Redis, startRedis } from './start-redis.ts'
import { type Replicas, startReplicas } from './start-replicas.ts'

const REPLICAS = 4
const REQUESTS = 10_000
/** Each is sent to all replicas at once. */
const IN_FLIGHT = 16
/** As far ahead as a caller's clock may be, with some time for the request to arrive. */
const AHEAD_MS = 3_900

describe('four replicas and one Redis', () => {
  it(`answer each of ${REQUESTS} requests once, though each gets all of them`, async () => {
    await using redis = await startRedis()
    // A machine that is busy with all of this is slow, and nothing is disturbed.
    await using replicas = await startReplicas(REPLICAS, { url: redis.url, commandMs: 60_000 })
    using agents = agentsOf(replicas)
    let left = REQUESTS
    const statuses = new Map<string, number>()
    await inParallel(IN_FLIGHT, async () => {
      while (left-- > 0) {
        const got = await agents.toAll(signedRequest({ nonce: freshNonce(), timeout: '60.0' }))
        const sorted = got.toSorted().join(' ')
        statuses.set(sorted, (statuses.get(sorted) ?? 0) + 1)
      }
    })
    assert.deepEqual([...statuses], [['200 401 401 401', REQUESTS]])
  })

  const disturbances: [title: string, restarts: number, disturb: (redis: Redis) => Promise<void>][] = [
    ['is killed, and comes back with its data', 1, redis => redis.killed('with data')],
    ['is killed, and comes back without its data', 1, redis => redis.killed('without data')],
    [
      'stands still for three seconds',
      0,
      async redis => {
        redis.send('SIGSTOP')
        await setTimeout(3_000)
        redis.send('SIGCONT')
      },
    ],
    [
      'is out of reach for a while, and comes back without its data',
      1,
      async redis => {
        await redis.kill()
        await setTimeout(2_000)
        await redis.start()
        await redis.killed('without data')
      },
    ],
  ]
  for (const [title, restarts, disturb] of disturbances)
    it(`answer no request twice when it ${title}`, async () => {
      await using redis = await startRedis()
      await using replicas = await startReplicas(REPLICAS, { url: redis.url, commandMs: 2_000 })
      using agents = agentsOf(replicas)
      const tried: Tried[] = []
      {
        await using load = startLoad(agents, tried)
        await load.isAnswered()
        await disturb(redis)
        const before = tried.length
        await replicas.answer(1 + restarts)
        // All of it again, while it could still be believed.
        const again = tried.slice(0, before).values()
        await inParallel(IN_FLIGHT, async () => {
          for (const one of again) note(one, await agents.toAll(one.sent))
        })
        await load.isAnswered()
      }
      assert.deepEqual(
        tried.filter(({ answers }) => answers > 1).map(({ sent }) => sent.headers.bt_header_dendrite_nonce),
        [],
      )
    })
})

type Tried = { readonly sent: Sent; answers: number }

function note(one: Tried, statuses: readonly number[]): void {
  for (const status of statuses) {
    assert.ok([200, 401, 503].includes(status), `status ${status}`)
    if (status === 200) one.answers++
  }
}

/** Sends request after request until it is disposed, every other one of a caller whose clock is ahead. */
function startLoad(agents: ReturnType<typeof agentsOf>, tried: Tried[]) {
  let isOver = false
  const load = inParallel(IN_FLIGHT, async () => {
    while (!isOver) {
      const signedAtMs = Date.now() + (tried.length % 2) * AHEAD_MS
      const one = { sent: signedRequest({ nonce: freshNonce(signedAtMs), timeout: '60.0' }), answers: 0 }
      tried.push(one)
      note(one, await agents.toAll(one.sent))
    }
  })
  return {
    /** Resolves when fifty of the requests from now on were answered. */
    async isAnswered() {
      const from = tried.length
      while (tried.slice(from).filter(({ answers }) => answers > 0).length < 50)
        await Promise.race([load, setTimeout(50)])
    },
    async [Symbol.asyncDispose]() {
      isOver = true
      await load
    },
  }
}

/** Connections to replicas that are kept. */
function agentsOf({ urls }: Replicas) {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT })
  return {
    toAll: (sent: Sent) => Promise.all(urls.map(async url => (await send(url, sent, { agent })).status)),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

async function inParallel(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work))
}
