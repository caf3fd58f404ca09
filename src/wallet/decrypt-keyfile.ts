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
  const worker = new Worker(new URL(import.meta.resolve('#dist/wallet/decrypt-worker.js')), { workerData: task })
  try {
    const [opened] = await once(worker, 'message', { signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
    return opened
  } catch (cause) {
    signal?.throwIfAborted()
    throw decryptFailed(file, cause, {
      memory: task.sealed.cipher === 'nacl' ? '600 MB of free memory and ' : '',
      timedOutMs: timeout.aborted ? timeoutMs : null,
    })
  } finally {
    // Not awaited: Node's own derivations cannot be interrupted, so an aborted thread ends when it has derived the key.
    void worker.terminate()
  }
}

function decryptFailed(
  file: string,
  cause: unknown,
  { memory, timedOutMs }: { memory: string; timedOutMs: number | null },
): WalletError {
  const why = timedOutMs === null ? 'failed' : `took more than ${timedOutMs / 1000} s`
  const needs = `it needs ${memory}a full CPU core for several seconds`
  // The code was right, so only the tool that wrote the file can have padded it wrongly.
  const isDamaged = timedOutMs === null && memory === ''
  return new WalletError('KEYFILE_DECRYPT_FAILED', `opening hotkey file ${file} ${why}`, {
    hint: isDamaged ? 'regenerate it from its phrase with btcli wallet regen-hotkey' : needs,
    cause,
  })
}
