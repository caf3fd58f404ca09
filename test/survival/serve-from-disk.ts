import { openDiskStore } from '#dist/store/disk/disk-store.js'
import { steadyNow } from '#dist/store/steady-instant.js'
import { startAxon } from '../support/start-axon.ts'

// Waits for the path of a store, serves with it, and tells its port.
process.once('message', async path => {
  const clocks = { now: Date.now, steady: steadyNow }
  const nonces = await openDiskStore({ path: path as string, perCaller: 1e6, inAll: 1e6, ...clocks, onEvent() {} })
  const axon = await startAxon({ legacyNonces: true, nonces, concurrency: 64, queue: 64 })
  process.send!({ url: axon.url, unknownUntilMs: nonces.unknownUntilMs })
})
process.once('disconnect', () => process.exit())
