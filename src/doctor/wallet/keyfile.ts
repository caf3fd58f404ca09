import { stat } from 'node:fs/promises'
import { shellWord } from '../../text/shell-word.js'
import { decryptKeyfile } from '../../wallet/decrypt-keyfile.js'
import { findPassword, type PasswordSources } from '../../wallet/find-password.js'
import { type HotkeyName, hotkeyFile } from '../../wallet/hotkey-files.js'
import { hotkeyNotFound } from '../../wallet/open-hotkey.js'
import { parseKeyfile } from '../../wallet/parse-keyfile.js'
import { readKeyfile } from '../../wallet/read-keyfile.js'
import { parseSealed, type Sealed } from '../../wallet/sealed.js'
import { WalletError } from '../../wallet/wallet-error.js'
import { type Finding, findingsBy } from '../check.js'

type KeyfileOptions = HotkeyName & Pick<PasswordSources, 'password' | 'env'> & { readonly signal: AbortSignal }

/**
 * Opens the hotkey as `miner serve` does, but asks for no password, and looks who else may read its file.
 *
 * @throws the signal's reason
 */
export async function checkKeyfile({ signal, ...options }: KeyfileOptions): Promise<readonly Finding[]> {
  const { ok, warning } = findingsBy(`read ${options.path}, wallet ${options.name}, hotkey ${options.hotkey}`)
  try {
    const file = hotkeyFile(options)
    const keyfile = await readKeyfile(file)
    if (keyfile === null) throw await hotkeyNotFound(file, options.path)
    const findings = await whoMayRead(file, keyfile.mode)
    const sealed = parseSealed(keyfile.bytes, file)
    if (sealed === null) {
      const { address } = await parseKeyfile(keyfile.bytes, file)
      return [ok(`hotkey ${address}, not encrypted`), ...findings]
    }
    const password = await passwordOf(file, options)
    if (password === null) {
      const message =
        'the hotkey is encrypted, and no password is set: miner serve asks for it at a terminal, and fails without one'
      const hint = 'MINER_WALLET_PASSWORD=file:PATH, with the password in a file of mode 600'
      return [warning('PASSWORD_MISSING', message, hint), ...findings]
    }
    const { address } = await opened(sealed, password, { file, signal })
    return [ok(`hotkey ${address}, which the password opens`), ...findings]
  } catch (error) {
    if (!(error instanceof WalletError)) throw error
    const { code, message, hint } = error
    return [{ verdict: 'fault', code, message, how: 'opened the hotkey as miner serve does', ...(hint && { hint }) }]
  }
}

async function whoMayRead(file: string, mode: number): Promise<readonly Finding[]> {
  const { warning } = findingsBy(`owner and mode of ${file}`)
  const { uid } = await stat(file)
  const me = process.getuid?.()
  const word = shellWord(file)
  return [
    ...(mode & 0o077
      ? [
          warning(
            'KEYFILE_SHARED',
            `others on this machine may read or write the hotkey (mode ${mode.toString(8)})`,
            `chmod 600 ${word}`,
          ),
        ]
      : []),
    ...(me !== undefined && uid !== me
      ? [
          warning(
            'KEYFILE_FOREIGN',
            `the hotkey belongs to the user with id ${uid}, and this is the one with id ${me}`,
            `run the miner as the owner of the wallet, or sudo chown "$USER" ${word}`,
          ),
        ]
      : []),
  ]
}

/** Null: the operator has to type it. */
async function passwordOf(file: string, { password, env }: Pick<KeyfileOptions, 'password' | 'env'>) {
  try {
    return await findPassword(file, { password, env })
  } catch (error) {
    if (error instanceof WalletError && error.code === 'KEYFILE_LOCKED') return null
    throw error
  }
}

async function opened(
  sealed: Sealed,
  password: string,
  { file, signal }: { readonly file: string; readonly signal: AbortSignal },
) {
  return parseKeyfile(await decryptKeyfile(sealed, password, { file, signal }), file)
}
