import { createHash, createHmac } from 'node:crypto'
import { StoreError } from '../store-error.js'

/** What shows in a Redis whether all replicas of a hotkey have the same secret. */
export type SharedSecret = { readonly key: string; readonly value: string }

/** Returns the key for a hotkey, and what its value is under a secret. */
export function sharedSecretOf({ hotkey, secret }: { readonly hotkey: string; readonly secret: string }): SharedSecret {
  return {
    key: `miner:secret:${createHash('sha256').update(hotkey).digest('base64url').slice(0, 22)}`,
    value: createHmac('sha256', secret).update(`secret\n${hotkey}`).digest('base64url').slice(0, 22),
  }
}

/**
 * Compares the secret with that of the replicas that connected before; the first one leaves its own.
 *
 * @param send sends one command
 * @throws {StoreError} STORE_SECRET
 */
export async function requireSecret(
  send: (...words: string[]) => Promise<unknown>,
  { key, value }: SharedSecret,
): Promise<void> {
  // Read first: a Redis that is full still takes replicas that it knows.
  if ((await send('GET', key)) === value || (await send('SET', key, value, 'NX')) === 'OK') return
  // Another replica may have been first just now.
  if ((await send('GET', key)) === value) return
  throw new StoreError('STORE_SECRET', 'another replica of this hotkey has used this Redis with another secret', {
    hint: `give all replicas the same --store-secret; if you have changed it for all of them, delete ${key} in the Redis`,
  })
}
