import { openRedisStore } from '#dist/store/redis/redis-store.js'
import { steadyNow } from '#dist/store/steady-instant.js'
import { bob } from '../support/signed-request.ts'
import { startAxon } from '../support/start-axon.ts'

// Serves as one of several replicas that share the Redis that it is sent, and tells its port, and each time until
// when it cannot tell which nonces are spent.
process.once('message', async message => {
  const { url, commandMs } = message as { url: string; commandMs: number }
  const nonces = await openRedisStore({
    url,
    commandMs,
    secret: 'a secret of the replicas',
    hotkey: bob.address,
    perCaller: 1e6,
    inAll: 1e6,
    legacyNonces: true,
    now: Date.now,
    steady: steadyNow,
    onEvent: event => event.event === 'noncesUnknown' && process.send?.({ untilMs: event.untilMs }),
  })
  const axon = await startAxon({ nonces, legacyNonces: true, concurrency: 64, queue: 1_000 })
  process.send!({ url: axon.url })
})
process.once('disconnect', () => process.exit())
