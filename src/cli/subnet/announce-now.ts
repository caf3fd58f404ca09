import { softwareVersion } from '../../app/chain/software-version.js'
import type { Chain, Signer } from '../../chain/chain.js'
import { ChainError } from '../../chain/chain-error.js'
import type { AnnouncedAxon } from '../../chain/metagraph.js'
import { canonicalIp } from '../../neuron/address/routable.js'
import { isSame } from '../../neuron/announce/announcement-due.js'
import { DEFAULT_BLOCK_MS } from '../../neuron/pace.js'
import { spanText } from '../../text/span.js'

/** The address of an axon that is nowhere, which takes an announcement back. */
export const nowhere = { ip: '0.0.0.0', port: 1 } as const

type AnnounceNow = {
  readonly chain: Chain
  readonly netuid: number
  /** what to announce */
  readonly axon: Pick<AnnouncedAxon, 'ip' | 'port'>
  readonly signer: Signer & { readonly address: string }
  /** registers the hotkey, for the hint */
  readonly registerCommand: string
  /** called when the chain takes it, and a block is waited for */
  readonly onSend: () => void
  readonly signal: AbortSignal
}

/** Whether the chain was changed, and the block since which it holds that; null: it never held anything. */
export type Changed = { readonly changed: boolean; readonly block: number | null }

/**
 * Announces an axon once, unless the chain holds the same.
 *
 * @throws {ChainError} ANNOUNCED_TOO_OFTEN with the time to wait, without asking the chain for what it would refuse
 * @throws {ChainError} NOT_REGISTERED, and the others of `Chain.announce`
 */
export async function announceNow({ chain, netuid, axon, signer, signal, ...how }: AnnounceNow): Promise<Changed> {
  const hotkey = signer.address
  const [registration, subnet] = [await chain.registration(netuid, hotkey, signal), await chain.subnet(netuid, signal)]
  if (!registration)
    throw new ChainError('NOT_REGISTERED', `the hotkey ${hotkey} is not registered on subnet ${netuid}`, {
      hint: `register it: ${how.registerCommand}`,
    })
  const onChain = registration.axon && { ...registration.axon, ip: canonicalIp(registration.axon.ip) }
  const ours = { ...axon, version: softwareVersion() }
  const isHeld = axon === nowhere ? onChain === null : isSame({ ours, onChain, hasStood: false })
  if (isHeld) return { changed: false, block: onChain?.block ?? null }
  if (onChain) {
    const { number } = await chain.head(signal)
    const blocks = onChain.block + subnet.servingRateLimit - number
    if (blocks > 0) throw tooOften(blocks * DEFAULT_BLOCK_MS)
  }
  how.onSend()
  try {
    const { block } = await chain.announce({ netuid, ...ours }, signer, signal)
    return { changed: true, block }
  } catch (error) {
    // What was taken back has no address on the chain, and its block is not told.
    const isTooOften = error instanceof ChainError && error.code === 'ANNOUNCED_TOO_OFTEN'
    throw isTooOften ? tooOften(subnet.servingRateLimit * DEFAULT_BLOCK_MS, error) : error
  }
}

function tooOften(waitMs: number, cause?: ChainError): ChainError {
  const message = 'the subnet limits how often an axon may be announced'
  const hint = `again in ${cause ? 'at most ' : ''}${spanText(waitMs)}`
  return new ChainError('ANNOUNCED_TOO_OFTEN', message, { hint, cause, retryAfterMs: waitMs })
}
