import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { WalletError } from './wallet-error.js'

export type Terminal = {
  readonly input?: NodeJS.ReadableStream
  readonly output?: NodeJS.WritableStream
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks for a password on the terminal: the prompt on stderr, and nothing of the answer anywhere. Space around it
 * is cut off, as btcli does when it sets one.
 *
 * @throws {WalletError} KEYFILE_PASSWORD_ABORTED on Ctrl-C, Ctrl-D or the end of the input
 * @throws the reason of `signal`
 */
export async function askPassword(
  prompt: string,
  { input = process.stdin, output = process.stderr, signal }: Terminal = {},
): Promise<string> {
  signal?.throwIfAborted()
  // readline echoes what is typed to its output, so that one swallows all.
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

function aborted(): WalletError {
  return new WalletError('KEYFILE_PASSWORD_ABORTED', 'no password was given', {
    hint: 'set MINER_WALLET_PASSWORD to be asked no more',
  })
}
