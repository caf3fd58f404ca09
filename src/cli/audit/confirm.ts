import { createInterface } from 'node:readline/promises'
import { AuditError } from '../../audit/audit-error.js'

/**
 * Asks the operator to type the address of the axon before it is attacked.
 *
 * @throws {AuditError} NOT_CONFIRMED when something else is typed, or there is no terminal
 * @throws the signal's reason
 */
export async function confirmAddress(address: string, signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY) throw notConfirmed('there is no terminal at which it could be confirmed')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const asked = terminal.question(`Attack ${address}? Type the address to go on: `, { signal })
    // Ctrl-C and Ctrl-D close the interface, and the question never settles.
    const closed = new Promise<string>(resolve => terminal.once('close', () => resolve('')))
    if ((await Promise.race([asked, closed])).trim() !== address) throw notConfirmed('another address was typed')
  } finally {
    terminal.close()
  }
}

function notConfirmed(why: string): AuditError {
  const hint = 'type the address as it is shown, or give --yes'
  return new AuditError('NOT_CONFIRMED', `the attack is not confirmed: ${why}`, { hint })
}
