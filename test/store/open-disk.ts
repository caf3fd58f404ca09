import { type DiskStoreOptions, openDiskStore } from '#dist/store/disk/disk-store.js'
import type { NonceStore } from '#dist/store/nonce-store.js'
import type { Clock } from '../support/start-axon.ts'

/** Opens the store on disk at a path as one boot of one machine would, with room for 10,000 nonces. */
export function openDisk(path: string, clock: Clock, options: Partial<DiskStoreOptions> = {}): Promise<NonceStore> {
  return openDiskStore({
    path,
    perCaller: 1_000,
    inAll: 10_000,
    now: clock.now,
    onEvent() {},
    boot: async () => 'this boot',
    ...options,
  })
}
