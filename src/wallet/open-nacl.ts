import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { NaclTask } from './nacl-worker.js'
import { WalletError } from './wallet-error.js'

/** How to decrypt, and for how long. */
export type NaclOptions = {
  /** the path that errors name */
  readonly file: string
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number
}

/**
 * Decrypts a keyfile that btwallet encrypted: `$NACL`, a nonce of 24 bytes, and a secretbox whose key is derived from
 * the password with argon2i. That takes 4 to 8 s and 600 MB, so it runs in a thread that exits afterwards.
 *
 * @param sealed the bytes after the prefix
 * @throws {WalletError} KEYFILE_MALFORMED · KEYFILE_PASSWORD_WRONG (damage looks the same) · KEYFILE_DECRYPT_FAILED
 * @throws the reason of `signal`
 */
export async function openNacl(
  sealed: Uint8Array,
  password: string,
  { file, signal, timeoutMs = 120_000 }: NaclOptions,
): Promise<Uint8Array> {
  if (sealed.length < NONCE_BYTES + MAC_BYTES) {
    throw new WalletError('KEYFILE_MALFORMED', `hotkey file ${file} is truncated`, {
      hint: 'copy it again, or regenerate it from its phrase with btcli wallet regen-hotkey',
    })
  }
  const opened = await runWorker({ sealed, password }, { file, signal, timeoutMs })
  if (opened === null) {
    throw new WalletError('KEYFILE_PASSWORD_WRONG', `the password does not open hotkey file ${file}`, {
      hint: 'give the password that the hotkey was created with, without a trailing newline',
    })
  }
  return opened
}

const NONCE_BYTES = 24
const MAC_BYTES = 16

async function runWorker(
  task: NaclTask,
  { file, signal, timeoutMs }: Required<NaclOptions>,
): Promise<Uint8Array | null> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const worker = new Worker(new URL('./nacl-worker.js', import.meta.url), { workerData: task })
  try {
    const [opened] = await once(worker, 'message', { signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
    return opened
  } catch (cause) {
    signal?.throwIfAborted()
    const why = timeout.aborted ? `took more than ${timeoutMs / 1000} s` : 'failed'
    throw new WalletError('KEYFILE_DECRYPT_FAILED', `opening hotkey file ${file} ${why}`, {
      hint: 'it needs 600 MB of free memory and a full CPU core for several seconds',
      cause,
    })
  } finally {
    // Not awaited: Node's own argon2 cannot be interrupted, so an aborted thread ends when it has derived the key.
    void worker.terminate()
  }
}
