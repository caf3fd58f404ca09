import { join } from 'node:path'
import { openWalletHotkey } from '../../app/build.js'
import type { RunScope } from '../../app/scope.js'
import { developmentKeys } from '../../keys/development-keys.js'
import { keypairFromUri } from '../../keys/key-uri.js'
import type { Keypair } from '../../keys/keypair.js'
import { UsageError } from '../errors/usage-error.js'
import { ownAuditKey } from './own-key.js'

/** Who asks, and how the operator lets them in. */
export type AuditCaller = { readonly keypair: Keypair; readonly letIn: string }

/**
 * Opens the key that asks: //Alice with `--dev`, a hotkey of this machine with `--as`, or else a key of the audit's own.
 *
 * @throws {UsageError} INVALID_VALUE · {WalletError} · {AuditError} AUDIT_KEY_UNUSABLE
 */
export async function openAuditCaller(
  scope: RunScope,
  { dev, as, dataFolder }: { readonly dev: boolean; readonly as?: string | undefined; readonly dataFolder: string },
): Promise<AuditCaller> {
  const keypair = await keyOf(scope, { dev, as, dataFolder })
  return { keypair, letIn: `serve with --allow ${keypair.address}, and audit again` }
}

async function keyOf(
  scope: RunScope,
  { dev, as, dataFolder }: { readonly dev: boolean; readonly as?: string | undefined; readonly dataFolder: string },
): Promise<Keypair> {
  const [alice] = developmentKeys
  if (dev) return keypairFromUri(alice.uri)
  if (as === undefined) return ownAuditKey(join(dataFolder, 'audit', 'key'))
  const [name, hotkey, ...more] = as.split('/')
  if (!name || !hotkey || more.length > 0)
    throw new UsageError('INVALID_VALUE', '--as must be a wallet and its hotkey', '--as WALLET/HOTKEY')
  return openWalletHotkey(scope, { name, hotkey })
}
