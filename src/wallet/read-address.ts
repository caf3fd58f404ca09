import type { Keypair } from '../keys/keypair.js'
import { encodeAddress, isAddress } from '../keys/ss58.js'
import { type HotkeyName, hotkeyFile } from './hotkey-files.js'
import { hotkeyNotFound } from './open-hotkey.js'
import { parseKeyfile } from './parse-keyfile.js'
import { readKeyfile } from './read-keyfile.js'
import { isSealed } from './sealed.js'
import { WalletError } from './wallet-error.js'

/** A hotkey as far as it is known without its password. */
export type KnownHotkey = {
  /** ss58; null: the keyfile is encrypted, and its public half is not beside it */
  readonly address: string | null
  /** null: it cannot sign without the password, or at all */
  readonly keypair: Keypair | null
}

/**
 * Reads whose hotkey it is, without asking for a password: from the keyfile, or, when that is encrypted or missing, from
 * its public half beside it, `<hotkey>pub.txt`, which btcli writes.
 *
 * @throws {WalletError} with each of its codes but those of a password
 */
export async function readAddress({ path, name, hotkey }: HotkeyName): Promise<KnownHotkey> {
  const file = hotkeyFile({ path, name, hotkey })
  const keyfile = await readKeyfile(file)
  if (keyfile && !isSealed(keyfile.bytes)) {
    try {
      const keypair = await parseKeyfile(keyfile.bytes, file)
      return { address: keypair.address, keypair }
    } catch (error) {
      if (!(error instanceof WalletError && error.code === 'KEYFILE_PUBLIC_ONLY')) throw error
      return { address: addressIn(keyfile.bytes), keypair: null }
    }
  }
  const half = await readKeyfile(`${file}pub.txt`)
  if (!keyfile && !half) throw await hotkeyNotFound(file, path)
  return { address: half && (addressIn(half.bytes) ?? bareAddress(half.bytes)), keypair: null }
}

/** Returns the address of a public half as the first SDKs wrote it: `0x` and 64 hex digits; null: it is not one. */
function bareAddress(bytes: Uint8Array): string | null {
  const [, hex] = /^0x([0-9a-f]{64})$/i.exec(Buffer.from(bytes).toString('latin1').trim()) ?? []
  return hex === undefined ? null : encodeAddress(Buffer.from(hex, 'hex'))
}

/** Returns the address in the JSON of a public half; null when it has none. */
function addressIn(bytes: Uint8Array): string | null {
  try {
    const { ss58Address } = JSON.parse(Buffer.from(bytes).toString())
    return typeof ss58Address === 'string' && isAddress(ss58Address) ? ss58Address : null
  } catch {
    return null // as when the file is missing: the keyfile itself is opened then
  }
}
