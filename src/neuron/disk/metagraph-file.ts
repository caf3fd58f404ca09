import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import type { Metagraph } from '../../chain/metagraph.js'
import { readPrivateFile, writePrivateFile } from '../../disk/private-file.js'
import { spanText } from '../../text/span.js'

/** Which metagraph a file is to hold. */
export type MetagraphPlace = {
  readonly folder: string
  /** the setting: a name, or a URL, of which only a hash gets into the file's name and text */
  readonly network: string
  /** of the network, where it is known without asking it; undefined for a URL */
  readonly genesis?: string | undefined
  readonly netuid: number
}

/** The last metagraph, or why the one on disk cannot be used; null when none is on disk. */
export type LastMetagraph = { readonly metagraph: Metagraph } | { readonly refused: string } | null

/** Returns where the last metagraph of a subnet is kept. Miners of several hotkeys share the file. */
export function metagraphPath({ folder, network, netuid }: MetagraphPlace): string {
  return join(folder, `metagraph-${networkKey(network)}-${netuid}.json`)
}

/**
 * Keeps a metagraph for the next start: a line with the format and the checksum of the second line, which holds the rest.
 *
 * @throws the error of the file system
 */
export async function saveMetagraph(place: MetagraphPlace, metagraph: Metagraph): Promise<void> {
  const body = JSON.stringify({ network: networkKey(place.network), metagraph }, (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  await writePrivateFile(metagraphPath(place), `${JSON.stringify({ format: FORMAT, sha256: sha256(body) })}\n${body}\n`)
}

/**
 * Reads the last metagraph back. A file that is damaged, of another subnet, chain or user, from the future or too old is
 * refused with the reason. Never throws: the miner has to start without it.
 *
 * @param now epoch milliseconds
 */
export async function loadMetagraph(
  place: MetagraphPlace,
  { maxAgeMs, now }: { readonly maxAgeMs: number; readonly now: number },
): Promise<LastMetagraph> {
  const bytes = await readPrivateFile(metagraphPath(place), MAX_BYTES)
  if ('why' in bytes) return bytes.code === 'ENOENT' ? null : { refused: bytes.why }
  try {
    const metagraph = parse(place, bytes.toString())
    const ageMs = now - metagraph.readAt
    if (ageMs < 0) throw new Refused('is from the future: the clock of this machine was, or is, wrong')
    if (ageMs > maxAgeMs)
      throw new Refused(`is too old: it was read ${spanText(ageMs)} ago, and counts for ${spanText(maxAgeMs)}`)
    return { metagraph }
  } catch (error) {
    // Whatever the bytes cause is about them.
    return { refused: error instanceof Refused ? error.message : 'is damaged: it does not hold a metagraph' }
  }
}

function parse({ network, genesis, netuid }: MetagraphPlace, text: string): Metagraph {
  const [head = '', body = ''] = text.split('\n')
  const { format, sha256: checksum } = headShape.parse(JSON.parse(head))
  if (format !== FORMAT) throw new Refused(`has the format ${format} of another version of this program`)
  if (sha256(body) !== checksum) throw new Refused('is damaged: its checksum differs')
  const { network: key, metagraph } = bodyShape.parse(JSON.parse(body))
  if (metagraph.subnet.netuid !== netuid) throw new Refused(`is of subnet ${metagraph.subnet.netuid}`)
  if (key !== networkKey(network) || (genesis !== undefined && metagraph.genesis !== genesis))
    throw new Refused(`is of another chain, with the genesis ${metagraph.genesis.slice(0, 10)}…`)
  if (metagraph.neurons.length === 0) throw new Refused('holds no neuron')
  return metagraph
}

class Refused extends Error {}

const FORMAT = 1
/** A neuron takes about 600 bytes, and a subnet has 256 to 4,096 of them. */
const MAX_BYTES = 8 * 1024 * 1024

const count = z.int().min(0)
const share = z.number().nullable()
const rao = z
  .string()
  .regex(/^\d{1,39}$/)
  .transform(BigInt)
const axon = z.object({ block: count, version: count, ip: z.string(), port: count, protocol: count })
const neuron = z.object({
  uid: count,
  hotkey: z.string(),
  coldkey: z.string(),
  hasPermit: z.boolean(),
  isActive: z.boolean(),
  stakeRao: rao,
  alphaRao: rao.nullable(),
  taoRao: rao.nullable(),
  rank: share,
  trust: share,
  validatorTrust: share,
  consensus: share,
  incentive: z.number(),
  dividends: z.number(),
  emissionRao: rao,
  lastUpdate: count,
  registeredAt: count.nullable(),
  axon: axon.nullable(),
})
const headShape = z.object({ format: z.unknown(), sha256: z.string() })
const bodyShape = z.object({
  network: z.string(),
  metagraph: z.object({
    genesis: z.string(),
    specVersion: count,
    block: count,
    blockAt: count,
    readAt: count,
    subnet: z.object({
      netuid: count,
      tempo: count,
      lastStep: count.nullable(),
      immunityPeriod: count,
      servingRateLimit: count,
    }),
    neurons: z.array(neuron),
  }) satisfies z.ZodType<Metagraph>,
})

/** Returns a network's name, or a hash of its URL, which may contain a key of its user's. */
export function networkKey(network: string): string {
  return /^[a-z]+$/.test(network) ? network : `url-${sha256(network).slice(0, 12)}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
