import { WalletError } from './wallet-error.js'

/** Where the password of a keyfile may come from. */
export type PasswordSources = {
  /** the resolved setting */
  readonly password?: string | undefined
  /** the environment, which may hold it; absent when only the setting counts */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** asks the user; absent without a terminal */
  readonly askPassword?: ((prompt: string) => Promise<string>) | undefined
}

/**
 * Finds the password of an encrypted keyfile: from the setting, else from the environment variable of btwallet, else from
 * that of SDK 6, else by asking the user.
 *
 * @param file spelled as btwallet does, because the variable is named after it
 * @throws {WalletError} KEYFILE_LOCKED · KEYFILE_PASSWORD_MALFORMED, and what `askPassword` throws
 */
export async function findPassword(file: string, { password, env, askPassword }: PasswordSources): Promise<string> {
  if (password !== undefined) return password
  const variable = passwordVariable(file)
  const saved = env?.[variable]
  if (saved) return unscramble(saved, variable)
  const plain = env && plainPassword(env)
  if (plain) return plain
  if (askPassword) return askPassword(`Password of hotkey file ${file}: `)
  throw new WalletError('KEYFILE_LOCKED', `hotkey file ${file} is encrypted`, {
    hint: env
      ? `set MINER_WALLET_PASSWORD, or ${variable} as btwallet does, or make the hotkey without a password`
      : 'set wallet.password, or make the hotkey without a password',
  })
}

/**
 * Returns the password that SDK 6 takes for every hotkey: it looks for `BT_COLD_PW_…` and the name of the folder that the
 * keyfile is in.
 * @see opentensor/bittensor 6.1.0 bittensor/keyfile.py, `get_coldkey_password_from_environment`
 */
function plainPassword(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return Object.entries(env).find(([name, value]) => /^BT_COLD_PW_.*HOTKEYS$/i.test(name) && value)?.[1]
}

/**
 * Returns the name of the environment variable in which btwallet saves the password of a keyfile.
 * @see opentensor/btwallet src/keyfile.rs, `env_var_name`
 */
export function passwordVariable(file: string): string {
  return `BT_PW_${file.replace(/[/.]/g, '_').toUpperCase()}`
}

/**
 * Decodes a password that btwallet saved: base64 of its bytes, each XORed with a byte of the variable's name. That
 * hides it from a casual look only.
 * @see opentensor/btwallet src/keyfile.rs, `encrypt_password`
 */
function unscramble(saved: string, variable: string): string {
  const name = Buffer.from(variable)
  const bytes = Buffer.from(saved, 'base64').map((byte, i) => byte ^ name[i % name.length]!)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new WalletError('KEYFILE_PASSWORD_MALFORMED', `${variable} does not hold a password that btwallet saved`, {
      hint: 'set MINER_WALLET_PASSWORD to the password itself',
    })
  }
}
