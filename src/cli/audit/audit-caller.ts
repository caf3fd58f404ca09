import { join } from 'node:path'
import { openWalletHotkey } from '../../app/build.js'
import type { RunScope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { CONFIGURATION } from '../../app/tokens.js'
import { valuesOf } from '../../config/configuration.js'
import { developmentKeys } from '../../keys/development-keys.js'
import { keypairFromUri } from '../../keys/key-uri.js'
import type { Keypair } from '../../keys/keypair.js'
import { listHotkeys } from '../../wallet/hotkey-files.js'
import { WalletError } from '../../wallet/wallet-error.js'
import { UsageError } from '../errors/usage-error.js'
import { ownAuditKey } from './own-key.js'

/** Opens the key that asks. */
export type OpenCaller = (scope: RunScope) => Promise<Keypair>

type Typed = { readonly dev: boolean; readonly as?: string | undefined; readonly dataFolder: string }

/**
 * Reads who asks: //Alice with `--dev`, a hotkey of this machine with `--as`, or else a key of the audit's own.
 *
 * @returns what opens the key, and throws {WalletError} · {AuditError} AUDIT_KEY_UNUSABLE
 * @throws {UsageError} INVALID_VALUE
 */
export function readCaller({ dev, as, dataFolder }: Typed): OpenCaller {
  const [alice] = developmentKeys
  if (dev) return () => keypairFromUri(alice.uri)
  if (as === undefined) return () => ownAuditKey(join(dataFolder, 'audit', 'key'))
  const [name, hotkey, ...more] = as.split('/')
  if (!name || !hotkey || more.length > 0)
    throw new UsageError('INVALID_VALUE', '--as must be a wallet and its hotkey', '--as WALLET/HOTKEY')
  return scope => openNamed(scope, { name, hotkey })
}

async function openNamed(scope: RunScope, named: { readonly name: string; readonly hotkey: string }): Promise<Keypair> {
  try {
    return await openWalletHotkey(scope, named)
  } catch (cause) {
    if (!(cause instanceof WalletError) || cause.code !== 'HOTKEY_NOT_FOUND') throw cause
    const hotkeys = await listHotkeys(valuesOf(scope.resolve(CONFIGURATION), hostSections.wallet).path)
    // The wallet's own hint names the flags of the miner's hotkey.
    if (hotkeys.length === 0) throw cause
    const hint = `choose one of these with --as WALLET/HOTKEY: ${hotkeys.join(', ')}`
    throw new WalletError(cause.code, cause.message, { hint, cause })
  }
}
