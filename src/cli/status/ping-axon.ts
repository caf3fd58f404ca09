import type { AnnouncedAxon } from '../../chain/metagraph.js'
import { createDendrite, type DendriteReply } from '../../dendrite/create-dendrite.js'
import type { Keypair } from '../../keys/keypair.js'
import { axonText } from '../../text/axon-text.js'

/** How long an axon may take to answer a ping. */
const PING_MS = 5_000

/**
 * What a ping found at an address. `reached`: an axon of our hotkey, whatever its status. `other`: something else, an axon
 * of another hotkey if `hotkey` names it. `unseen`: there was no reply, which a router that lets no machine inside call its
 * own public address causes, too.
 */
export type Ping = {
  readonly found: 'reached' | 'other' | 'unseen'
  /** of the reply; null when it has none that this wire can read */
  readonly status: number | null
  /** what the reply, or the failure to connect, says */
  readonly message: string
  /** whose axon the reply says that it is */
  readonly hotkey: string | null
  readonly ms: number
}

type PingAxon = {
  readonly axon: Pick<AnnouncedAxon, 'ip' | 'port'>
  /** whose axon it should be */
  readonly hotkey: string
  /** signs; any axon answers any signature with its name */
  readonly keypair: Keypair
  readonly signal: AbortSignal
}

/** Asks what answers at the address of an axon. @throws the reason of the signal */
export async function pingAxon({ axon, ...ping }: PingAxon): Promise<Ping> {
  const { hotkey } = ping
  const reply = await sendPing({ url: new URL(`http://${axonText(axon)}`), ...ping })
  const { rawHeaders, message, statusFrom } = reply
  const at = rawHeaders.indexOf('bt_header_axon_hotkey')
  const named = at < 0 ? null : (rawHeaders[at + 1] ?? null)
  const found = rawHeaders.length === 0 ? 'unseen' : named === hotkey ? 'reached' : 'other'
  const status = statusFrom === 'dendrite' ? null : reply.status
  return { found, status, message: message ?? '', hotkey: named, ms: reply.ms }
}

/** Sends a signed ping, and returns the reply. @throws the reason of the signal */
export async function sendPing({
  url,
  hotkey,
  keypair,
  signal,
}: Omit<PingAxon, 'axon'> & { readonly url: URL }): Promise<DendriteReply> {
  using dendrite = createDendrite({ keypair })
  return await dendrite.ask({
    url,
    receiver: hotkey,
    synapse: 'Synapse',
    fields: {},
    required: [],
    hashed: [],
    timeoutMs: PING_MS,
    signal,
  })
}
