import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { WalletError } from './wallet-error.js'

/**
 * Reads a keyfile.
 *
 * @returns its bytes and permission bits; null when the file does not exist
 * @throws {WalletError} KEYFILE_UNREADABLE · KEYFILE_NOT_A_FILE · KEYFILE_TOO_LARGE
 */
export async function readKeyfile(file: string): Promise<{ bytes: Uint8Array; mode: number } | null> {
  const handle = await openFile(file)
  if (handle === null) return null
  try {
    const stat = await handle.stat()
    if (!stat.isFile()) {
      throw new WalletError('KEYFILE_NOT_A_FILE', `${file} is not a file`, {
        hint: "a hotkey is a single file in its wallet's hotkeys folder",
      })
    }
    return { bytes: await readBounded(handle, file), mode: stat.mode & 0o777 }
  } finally {
    await handle.close()
  }
}

// A keyfile has less than 1 kB.
const MAX_BYTES = 64 * 1024

async function openFile(file: string): Promise<FileHandle | null> {
  try {
    // Non-blocking, because opening a named pipe would otherwise wait for a writer.
    return await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new WalletError('KEYFILE_UNREADABLE', `hotkey file ${file} cannot be read`, {
      hint: 'run the miner as the user who owns the wallet',
      cause,
    })
  }
}

async function readBounded(handle: FileHandle, file: string): Promise<Uint8Array> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(MAX_BYTES + 1))
  if (bytesRead > MAX_BYTES) {
    throw new WalletError('KEYFILE_TOO_LARGE', `${file} has more than ${MAX_BYTES} bytes and is not a keyfile`, {
      hint: 'check that --wallet-path and --wallet-hotkey name a hotkey',
    })
  }
  return buffer.subarray(0, bytesRead)
}
