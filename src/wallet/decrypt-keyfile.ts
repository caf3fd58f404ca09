import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { DecryptTask } from './decrypt-worker.js'
import type { Sealed } from './sealed.js'
import { WalletError } from './wallet-error.js'

/** How to decrypt, and for how long. */
export type DecryptOptions = {
  /** the path that errors name */
  readonly file: string
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number
}

/**
 * Decrypts a keyfile. Deriving its key takes seconds and, for `$NACL`, 600 MB, so it runs in a thread that exits
 * afterwards.
 *
 * @throws {WalletError} KEYFILE_PASSWORD_WRONG (damage looks the same) · KEYFILE_DECRYPT_FAILED
 * @throws the reason of `signal`
 */
export async function decryptKeyfile(
  sealed: Sealed,
  password: string,
  { file, signal, timeoutMs = 120_000 }: DecryptOptions,
): Promise<Uint8Array> {
  const opened = await runWorker({ sealed, password }, { file, signal, timeoutMs })
  if (opened === null) {
    throw new WalletError('KEYFILE_PASSWORD_WRONG', `the password does not open hotkey file ${file}`, {
      hint: 'give the password that the hotkey was created with, without a trailing newline',
    })
  }
  return opened
}

async function runWorker(
  task: DecryptTask,
  { file, signal, timeoutMs }: Required<DecryptOptions>,
): Promise<Uint8Array | null> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const worker = new Worker(new URL('./decrypt-worker.js', import.meta.url), { workerData: task })
  try {
    const [opened] = await once(worker, 'message', { signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
    return opened
  } catch (cause) {
    signal?.throwIfAborted()
    const why = timeout.aborted ? `took more than ${timeoutMs / 1000} s` : 'failed'
    throw new WalletError('KEYFILE_DECRYPT_FAILED', `opening hotkey file ${file} ${why}`, {
      hint: `it needs ${task.sealed.cipher === 'nacl' ? '600 MB of free memory and ' : ''}a full CPU core for several seconds`,
      cause,
    })
  } finally {
    // Not awaited: Node's own derivations cannot be interrupted, so an aborted thread ends when it has derived the key.
    void worker.terminate()
  }
}
