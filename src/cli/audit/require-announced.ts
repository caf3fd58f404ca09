import { AuditError } from '../../audit/audit-error.js'
import type { AuditTarget } from '../../audit/wire/audit-client.js'
import type { Chain } from '../../chain/chain.js'
import { canonicalIp } from '../../neuron/address/routable.js'
import { axonText } from '../../text/axon-text.js'

type Announced = {
  readonly chain: Chain
  readonly netuid: number
  /** of the wallet */
  readonly hotkey: string
  readonly target: AuditTarget
  readonly signal: AbortSignal
}

/**
 * Requires that the chain announces just this address for the hotkey of the wallet.
 *
 * @throws {AuditError} NOT_ANNOUNCED · {ChainError}
 */
export async function requireAnnounced({ chain, netuid, hotkey, target, signal }: Announced): Promise<void> {
  const { axon = null } = (await chain.registration(netuid, hotkey, signal)) ?? {}
  if (axon && canonicalIp(axon.ip) === canonicalIp(target.ip) && axon.port === target.port) return
  const announced = axon ? `announces ${axonText(axon)}` : 'announces no axon'
  const message = `for the hotkey ${hotkey} on subnet ${netuid} the chain ${announced}, not ${axonText(target)}`
  throw new AuditError('NOT_ANNOUNCED', message, {
    hint: axon ? `--url http://${axonText(axon)}, if that is your miner` : 'announce it first: miner announce --help',
  })
}
