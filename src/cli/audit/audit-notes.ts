import type { AuditReport } from '../../audit/audit-axon.js'
import type { PrintedMessage } from '../errors/format-message.js'

/** Which axon is attacked, and as which caller. */
export type Attacked = {
  readonly url: string
  /** hotkey of the axon */
  readonly receiver: string
  /** hotkey that asks */
  readonly caller: string
}

/** Formats the line before an audit. It comes before the first request, so that a mistake can be stopped. */
export function beginningNote({ url, receiver, caller }: Attacked): string {
  return `attacking ${url}, the axon of ${receiver}, as ${caller}`
}

/** Returns the warning after an audit in which some attacks were not tried; undefined when all were. */
export function notTriedWarning(
  { good, rows }: AuditReport,
  { caller, isRemote }: { readonly caller: string; readonly isRemote: boolean },
): PrintedMessage | undefined {
  const left = rows.filter(({ verdict }) => verdict === 'not tried')
  if (left.length === 0) return undefined
  const what = `${left.length} of ${rows.length} attacks were not tried`
  const allowed = `miner serve with --allow ${caller}, and audit again`
  const warning = (message: string, hint: string) => ({ label: 'warning', message, hint })
  if (good.status === 403) return warning(`${what}: the axon does not answer ${caller}: ${good.message}`, allowed)
  if (left.some(({ stoppedBy }) => stoppedBy === 'rate'))
    return warning(`${what}; a rate stopped some of them`, `${allowed}, or raise its rate in policy.rates`)
  return warning(what, isRemote ? 'audit the axon on its own machine, too' : 'read why in the column FOUND')
}
