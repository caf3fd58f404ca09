import { getPolkadotSigner } from 'polkadot-api/signer'
import { abortable } from '../../async/abortable.js'
import { timeoutSignal } from '../../async/timeout.js'
import { encodeAddress } from '../../keys/ss58.js'
import type { Announcement, Signer } from '../chain.js'
import { ChainError } from '../chain-error.js'
import type { ChainNode } from '../chain-node.js'
import { type AxonFields, axonFields } from './axon-fields.js'
import { refusalOf } from './refusal-of.js'
import { submit, TransactionRefused } from './submit.js'

type AnnounceOptions = {
  readonly signal: AbortSignal
  /** milliseconds until a block has to include it; later ones still may */
  readonly timeoutMs?: number
}

/**
 * Announces an axon with `SubtensorModule.serve_axon`, which the hotkey signs and which costs it nothing, and waits for a
 * best block that includes it and after which the chain holds it.
 *
 * @returns the number of the block
 * @throws {ChainError} NOT_REGISTERED · ANNOUNCED_TOO_OFTEN · ADDRESS_REFUSED · PORT_REFUSED · SUBNET_UNKNOWN ·
 *   ANNOUNCEMENT_REFUSED · NOT_INCLUDED · CALL_TIMEOUT · RUNTIME_UNSUPPORTED
 * @throws the errors of polkadot-api when the connection fails, and those of the signer
 */
export async function announce(
  node: ChainNode,
  announcement: Announcement,
  signer: Signer,
  { signal, timeoutMs = SEVEN_BLOCKS_MS }: AnnounceOptions,
): Promise<{ readonly block: number }> {
  const fields = axonFields(announcement)
  const hotkey = encodeAddress(signer.publicKey)
  let isSubmitted = false
  using limit = timeoutSignal({
    ms: timeoutMs,
    parent: signal,
    reason: () => (isSubmitted ? notIncluded(timeoutMs) : tooSlow(timeoutMs)),
  })
  const held = () => abortable(heldAxon(node, fields.netuid, hotkey), limit.signal)

  try {
    const transaction = await abortable(sign(node, fields, signer), limit.signal)
    const onSubmitted = () => {
      isSubmitted = true
    }
    const { number } = await submit(node, transaction, { signal: limit.signal, onSubmitted })
    const axon = await held()
    if (!isSame(axon, fields)) throw overwritten(number)
    return { block: number }
  } catch (error) {
    if (!(error instanceof TransactionRefused)) throw error
    const refusal = refusalOf(error.reason, { ...announcement, hotkey }, error)
    if (refusal.code !== 'ANNOUNCED_TOO_OFTEN') throw refusal
    // The connection may have failed after an announcement that a block included: the chain holds it already.
    const axon = await held()
    if (!isSame(axon, fields)) throw refusal
    return { block: Number(axon.block) }
  }
}

/** A block comes each 12 s. A transaction is valid for 64 blocks, but one that seven leave out has been lost. */
const SEVEN_BLOCKS_MS = 90_000

/** An entry of the storage `SubtensorModule.Axons`. */
type AxonEntry = Pick<AxonFields, 'version' | 'ip' | 'port' | 'ip_type' | 'protocol'> & { readonly block: bigint }

async function sign({ api }: ChainNode, fields: AxonFields, { publicKey, sign }: Signer): Promise<Uint8Array> {
  const signer = getPolkadotSigner(publicKey, 'Sr25519', async text => sign(text))
  try {
    return await api.tx.SubtensorModule!.serve_axon!(fields).sign(signer)
  } catch (cause) {
    throw isUnsupported(cause) ? await unsupported(api, cause) : cause
  }
}

async function heldAxon({ api }: ChainNode, netuid: number, hotkey: string): Promise<AxonEntry | undefined> {
  const axon = await api.query.SubtensorModule!.Axons!.getValue(netuid, hotkey, { at: 'best' })
  return axon as AxonEntry | undefined
}

function isSame(axon: AxonEntry | undefined, fields: AxonFields): axon is AxonEntry {
  const parts = ['version', 'ip', 'port', 'ip_type', 'protocol'] as const
  return axon !== undefined && parts.every(part => axon[part] === fields[part])
}

/** Returns whether polkadot-api finds no such call in the metadata, or one with other arguments. */
function isUnsupported(error: unknown): boolean {
  return error instanceof Error && /^(Runtime entry .* not found|Incompatible runtime entry)/.test(error.message)
}

async function unsupported({ constants }: ChainNode['api'], cause: unknown): Promise<ChainError> {
  const { spec_version: spec } = (await constants.System!.Version!()) as { readonly spec_version: number }
  return new ChainError('RUNTIME_UNSUPPORTED', `this version cannot announce on runtime ${spec} of the chain`, {
    hint: 'update the miner: npm install -g bittensor-miner@latest',
    cause,
  })
}

function tooSlow(ms: number): ChainError {
  return new ChainError('CALL_TIMEOUT', `the endpoint takes longer than ${ms / 1000} s to accept the announcement`, {
    hint: 'try again, or name another endpoint first with --chain-endpoint',
  })
}

function notIncluded(ms: number): ChainError {
  return new ChainError('NOT_INCLUDED', `no block included the announcement within ${ms / 1000} s`, {
    hint: 'wait: a later block may include it; then announce again',
  })
}

function overwritten(block: number): ChainError {
  return new ChainError(
    'ANNOUNCEMENT_REFUSED',
    `block ${block} includes the announcement, but the chain holds another`,
    {
      hint: 'another program announces with the same hotkey: stop it',
    },
  )
}
