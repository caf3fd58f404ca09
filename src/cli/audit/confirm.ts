import { createInterface } from 'node:readline/promises'
import { AuditError } from '../../audit/audit-error.js'

/**
 * Asks the operator to type the address of the axon before it is attacked.
 *
 * @throws {AuditError} NOT_CONFIRMED when something else is typed, or there is no terminal · CONFIRMATION_ABORTED on Ctrl-C
 * @throws the signal's reason
 */
export async function confirmAddress(address: string, signal: AbortSignal): Promise<void> {
  // The question is written to stderr: in a file it would not be seen.
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw notConfirmed('there is no terminal at which it could be confirmed', 'give --yes')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const typed = await new Promise<string>((resolve, reject) => {
      terminal.question(`Attack ${address}? Type the address to go on: `, { signal }).then(resolve, reject)
      terminal.once('SIGINT', () => reject(interrupted()))
      terminal.once('close', () => resolve('')) // Ctrl-D, after which the question never settles
    })
    if (typed.trim() === '') throw notConfirmed('nothing was typed')
    if (typed.trim() !== address) throw notConfirmed('another address was typed')
  } catch (error) {
    signal.throwIfAborted() // readline's own error hides the reason
    throw error
  } finally {
    terminal.close()
  }
}

function notConfirmed(why: string, hint = 'type the address as it is shown, or give --yes'): AuditError {
  return new AuditError('NOT_CONFIRMED', `the attack is not confirmed: ${why}`, { hint })
}

function interrupted(): AuditError {
  return new AuditError('CONFIRMATION_ABORTED', 'the attack is not confirmed', {
    hint: 'give --yes to skip the question',
  })
}
