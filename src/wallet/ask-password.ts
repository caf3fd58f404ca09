import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { ReadStream } from 'node:tty'
import { WalletError } from './wallet-error.js'

/** Where to ask; stdin and stderr by default. */
export type Terminal = {
  readonly input?: NodeJS.ReadableStream
  readonly output?: NodeJS.WritableStream
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks for a password on the terminal. Prints the prompt to stderr and never echoes the answer. Trims white space
 * around the answer, as btcli does when it sets a password.
 *
 * @throws {WalletError} KEYFILE_PASSWORD_ABORTED on Ctrl-C, Ctrl-D or the end of the input
 * @throws the reason of `signal`
 */
export async function askPassword(
  prompt: string,
  { input = process.stdin, output = process.stderr, signal }: Terminal = {},
): Promise<string> {
  signal?.throwIfAborted()
  // readline echoes the input to its output, so this one discards everything.
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input, output: silence, terminal: true, historySize: 0, signal })
  output.write(prompt)
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once('line', resolve)
      terminal.once('SIGINT', () => terminal.close())
      terminal.once('close', () => reject(signal?.reason ?? aborted()))
    }).then(answer => answer.trim())
  } finally {
    terminal.close()
    output.write('\n')
  }
}

/**
 * Drops what is typed, without echo, until it is disposed: a password that is typed again too early must not be shown.
 * Ctrl-C still sends SIGINT.
 */
export function discardTyped(input: ReadStream = process.stdin): Disposable {
  const restore = () => {
    input.off('data', onData)
    input.pause()
    input.setRawMode(false)
  }
  const onData = (chunk: Buffer | string) => {
    if (!chunk.includes('\u0003')) return
    restore()
    process.kill(process.pid, 'SIGINT')
  }
  input.setRawMode(true)
  input.on('data', onData)
  input.resume()
  return { [Symbol.dispose]: restore }
}

function aborted(): WalletError {
  return new WalletError('KEYFILE_PASSWORD_ABORTED', 'no password was given', {
    hint: 'set MINER_WALLET_PASSWORD to skip the prompt',
  })
}
