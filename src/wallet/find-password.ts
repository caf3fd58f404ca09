import { WalletError } from './wallet-error.js'

export type PasswordSources = {
  /** the setting, resolved */
  readonly password?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** asks somebody; absent where there is nobody to ask */
  readonly askPassword?: ((prompt: string) => Promise<string>) | undefined
}

/**
 * Finds the password of an encrypted keyfile: the setting, else the variable that btwallet keeps it in, else what
 * the user answers.
 *
 * @param file as btwallet names it, because its variable is named after it
 * @throws {WalletError} KEYFILE_LOCKED · KEYFILE_PASSWORD_MALFORMED, and what `askPassword` throws
 */
export async function findPassword(file: string, { password, env, askPassword }: PasswordSources): Promise<string> {
  if (password !== undefined) return password
  const variable = passwordVariable(file)
  const saved = env[variable]
  if (saved) return unscramble(saved, variable)
  if (askPassword) return askPassword(`Password of hotkey file ${file}: `)
  throw new WalletError('KEYFILE_LOCKED', `hotkey file ${file} is encrypted`, {
    hint: `set MINER_WALLET_PASSWORD, or ${variable} as btwallet does, or make the hotkey without a password`,
  })
}

/** @see opentensor/btwallet src/keyfile.rs, `env_var_name` */
export function passwordVariable(file: string): string {
  return `BT_PW_${file.replace(/[/.]/g, '_').toUpperCase()}`
}

/**
 * btwallet hides the password from a passing eye: base64 of its bytes, each XORed with one of the variable's name.
 * @see opentensor/btwallet src/keyfile.rs, `encrypt_password`
 */
function unscramble(saved: string, variable: string): string {
  const name = Buffer.from(variable)
  const bytes = Buffer.from(saved, 'base64').map((byte, i) => byte ^ name[i % name.length]!)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new WalletError('KEYFILE_PASSWORD_MALFORMED', `${variable} is not a password as btwallet saves it`, {
      hint: 'set MINER_WALLET_PASSWORD to the password itself',
    })
  }
}
