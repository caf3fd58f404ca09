import { randomBytes } from 'node:crypto'
import { AuditError } from '../../audit/audit-error.js'
import { readPrivateFile, writePrivateFile } from '../../disk/private-file.js'
import { type Keypair, keypairFromMiniSecret } from '../../keys/keypair.js'

/**
 * Returns the key that an audit asks with when no other is named. It is made once and kept, because the operator has to
 * allow it: a new one for each audit would need a change of the miner's settings each time.
 *
 * @param path of the file that holds its seed, for this user only
 * @throws {AuditError} AUDIT_KEY_UNUSABLE
 */
export async function ownAuditKey(path: string): Promise<Keypair> {
  const found = await readPrivateFile(path, MAX_BYTES)
  if (Buffer.isBuffer(found)) {
    const seed = found.toString().trim()
    if (!/^[0-9a-f]{64}$/.test(seed)) throw unusable(path, 'does not hold a key; remove it to get a new one')
    return keypairFromMiniSecret(Buffer.from(seed, 'hex'))
  }
  if (found.code !== 'ENOENT') throw unusable(path, found.why)
  const seed = randomBytes(32)
  try {
    await writePrivateFile(path, `${seed.toString('hex')}\n`)
  } catch (cause) {
    throw unusable(path, `cannot be written: ${(cause as NodeJS.ErrnoException).code}`, cause)
  }
  return keypairFromMiniSecret(seed)
}

const MAX_BYTES = 1024

function unusable(path: string, why: string, cause?: unknown): AuditError {
  const hint = 'choose a caller with --as WALLET/HOTKEY, or mend the file'
  return new AuditError('AUDIT_KEY_UNUSABLE', `the key of the audit, ${path}, ${why}`, { hint, cause })
}
