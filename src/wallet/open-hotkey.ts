import { stat } from 'node:fs/promises'
import type { Keypair } from '../keys/keypair.js'
import { decryptKeyfile } from './decrypt-keyfile.js'
import { findPassword, type PasswordSources } from './find-password.js'
import { type HotkeyName, hotkeyFile, listHotkeys, walletFolder } from './hotkey-files.js'
import { parseKeyfile } from './parse-keyfile.js'
import { readKeyfile } from './read-keyfile.js'
import { parseSealed, type Sealed } from './sealed.js'
import { WalletError } from './wallet-error.js'

/** Which hotkey to open, and where its password may come from. */
export type OpenHotkey = HotkeyName &
  PasswordSources & {
    /** called with a warning that does not stop the miner */
    readonly warn: (message: string) => void
    /** called when a keyfile is decrypted, which takes seconds; the result is disposed when that is done */
    readonly decrypting?: ((file: string) => Disposable) | undefined
    readonly signal?: AbortSignal | undefined
  }

/**
 * Opens a hotkey of a wallet on disk, as bittensor-wallet and the Python SDK up to 11 write or wrote it, encrypted or not.
 * Coldkeys are never opened.
 *
 * @throws {WalletError} with each of its codes
 * @throws the reason of `signal`
 */
export async function openHotkey({
  path,
  name,
  hotkey,
  warn,
  decrypting,
  signal,
  ...sources
}: OpenHotkey): Promise<Keypair> {
  const file = hotkeyFile({ path, name, hotkey })
  const keyfile = await readKeyfile(file)
  if (keyfile === null) throw await hotkeyNotFound(file, path)
  if (keyfile.mode & 0o077) {
    warn(`hotkey file ${file} can be read or written by others (mode ${keyfile.mode.toString(8)}): chmod 600 it`)
  }
  const sealed = parseSealed(keyfile.bytes, file)
  const bytes = sealed ? await decrypted(sealed, { file, sources, decrypting, signal }) : keyfile.bytes
  return parseKeyfile(bytes, file)
}

type Decrypting = Pick<OpenHotkey, 'decrypting' | 'signal'> & {
  readonly file: string
  readonly sources: PasswordSources
}

/** Opens an encrypted keyfile. Asks again for a wrong password that the user typed. */
async function decrypted(sealed: Sealed, { file, sources, decrypting, signal }: Decrypting): Promise<Uint8Array> {
  let asked = 0
  const ask = sources.askPassword
  const askPassword = ask && ((prompt: string) => ask(asked++ === 0 ? prompt : `Wrong password, try again. ${prompt}`))
  for (;;) {
    const password = await findPassword(file, { ...sources, askPassword })
    try {
      using _ = decrypting?.(file)
      return await decryptKeyfile(sealed, password, { file, signal })
    } catch (error) {
      const isWrong = error instanceof WalletError && error.code === 'KEYFILE_PASSWORD_WRONG'
      if (!isWrong || asked === 0 || asked === ATTEMPTS) throw error
    }
  }
}

/** How often the user may type a password, as with ssh and sudo. */
const ATTEMPTS = 3

/** Returns the error for a hotkey that is not on disk; it lists those that are. */
export async function hotkeyNotFound(file: string, path: string): Promise<WalletError> {
  const found = await stat(walletFolder(path).replace(/\/+$/, '')).catch(() => undefined)
  if (found && !found.isDirectory()) {
    return new WalletError('HOTKEY_NOT_FOUND', `${path} is not a folder, so it holds no wallets`, {
      hint: 'set --wallet-path to the folder of the wallets',
    })
  }
  const hotkeys = await listHotkeys(path)
  return new WalletError('HOTKEY_NOT_FOUND', `there is no hotkey file ${file}`, {
    hint: hotkeys.length
      ? `choose one of these with --wallet-name and --wallet-hotkey: ${hotkeys.join(', ')}`
      : 'copy it there from the computer that has the wallet, make one with btcli, or set --wallet-path',
  })
}
