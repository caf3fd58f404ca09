import { keypairFromUri } from '#dist/keys/key-uri.js'
import type { Keypair } from '#dist/keys/keypair.js'

const URIS = ['//Alice', '//Bob', '//Charlie', '//Dave'] as const

export type KeyUri = (typeof URIS)[number]

/** The keys that sign requests, or have no right to. */
export const keys = Object.fromEntries(
  await Promise.all(URIS.map(async uri => [uri, await keypairFromUri(uri)] as const)),
) as Record<KeyUri, Keypair>

/** Those that the axons answer. //Bob is their own. */
export const ALLOWED: readonly KeyUri[] = ['//Alice', '//Charlie']

/** The dialects whose axons answer the nonces of SDK 6.0 to 7.1, which count from a boot. */
export const LEGACY: ReadonlySet<string> = new Set(['prompting', 'typed'])

export const RECEIVER: KeyUri = '//Bob'
