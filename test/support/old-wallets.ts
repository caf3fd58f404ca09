import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Wallets that SDK 6 and earlier wrote. */
export const oldWallets = fileURLToPath(new URL('../fixtures/old-wallets', import.meta.url))

/** What `test/fixtures/old-wallets/make.py` wrote beside them. */
type Vectors = {
  /** of each encrypted wallet */
  readonly password: string
  /** the address that SDK 6.1.0 read from each wallet; null: it could not */
  readonly asSdk6Reads: Readonly<Record<string, string | null>>
  /** vaults, with what they hold; bytes are hex */
  readonly vaults: readonly { password: string; salt: string; derived: string; vault: string; content: string }[]
  /** Fernet tokens, with what they hold; bytes are hex */
  readonly tokens: readonly { key: string; token: string; content: string }[]
}

export const vectors: Vectors = JSON.parse(readFileSync(`${oldWallets}/vectors.json`, 'utf8'))
