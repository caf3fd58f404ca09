import { AuditError } from '../../audit/audit-error.js'
import { canAsk, typedLine } from '../output/typed-line.js'

/**
 * Asks the operator to type the address of the axon before it is attacked.
 *
 * @throws {AuditError} NOT_CONFIRMED when the user types something else, or standard input is not a terminal · CONFIRMATION_ABORTED on Ctrl-C
 * @throws the signal's reason
 */
export async function confirmAddress(address: string, signal: AbortSignal): Promise<void> {
  if (!canAsk()) throw notConfirmed('there is no terminal at which it could be confirmed', 'give --yes')
  const typed = await typedLine(`Attack ${address}? Type the address to go on: `, { signal, interrupted })
  if (typed.trim() === '') throw notConfirmed('nothing was typed')
  if (typed.trim() !== address) throw notConfirmed('another address was typed')
}

function notConfirmed(why: string, hint = 'type the address as it is shown, or give --yes'): AuditError {
  return new AuditError('NOT_CONFIRMED', `the attack is not confirmed: ${why}`, { hint })
}

function interrupted(): AuditError {
  return new AuditError('CONFIRMATION_ABORTED', 'the attack is not confirmed', {
    hint: 'give --yes to skip the question',
  })
}
