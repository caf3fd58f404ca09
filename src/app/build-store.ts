import { join } from 'node:path'
import { limitsOf } from '../axon/limit-settings.js'
import { nonceCaps } from '../axon/limits.js'
import { valuesOf } from '../config/configuration.js'
import type { NonceStore } from '../store/nonce-store.js'
import { steadyNow } from '../store/steady-instant.js'
import type { OnStoreEvent } from '../store/store-events.js'
import type { Builder } from './scope.js'
import { hostSections } from './settings.js'
import { CHAIN_FOLDER, CONFIGURATION, LOG, RESOURCES } from './tokens.js'

/**
 * Opens the store of spent nonces. Its files are for one hotkey on one subnet.
 *
 * @throws {StoreError} with each of its codes
 */
export async function buildStore(from: Builder, hotkey: string): Promise<NonceStore> {
  const configuration = from.resolve(CONFIGURATION)
  const caps = nonceCaps(limitsOf(valuesOf(configuration, hostSections.limits)))
  const { store, storeSecret, legacyNonces } = valuesOf(configuration, hostSections.axon)
  const log = from.resolve(LOG)
  const onEvent: OnStoreEvent = ({ level, ...record }) => log[level](record)
  const resources = from.resolve(RESOURCES)
  const clocks = { now: Date.now, steady: steadyNow }
  if (store === 'memory') {
    if (legacyNonces)
      log.warn({
        event: 'legacyNoncesForgotten',
        message:
          'the store in memory forgets legacy nonces when it stops, so requests from before the start can be answered again',
        hint: 'for a miner that validators ask, use --store disk',
      })
    const { MemoryStore } = await import('../store/memory-store.js')
    return resources.own(new MemoryStore({ ...caps, ...clocks, onEvent }))
  }
  if (store !== 'disk') {
    const { openRedisStore } = await import('../store/redis/redis-store.js')
    // The rules between settings require the secret.
    const redis = { ...caps, url: store, secret: storeSecret!, hotkey, legacyNonces, onEvent, ...clocks }
    return resources.own(await openRedisStore(redis))
  }
  const { openDiskStore } = await import('../store/disk/disk-store.js')
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const path = join(from.resolve(CHAIN_FOLDER), `nonces-${netuid}-${hotkey}`)
  return resources.own(await openDiskStore({ ...caps, path, onEvent, ...clocks }))
}
