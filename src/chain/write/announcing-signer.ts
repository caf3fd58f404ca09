import type { Announcement, Signer } from '../chain.js'
import { ChainError } from '../chain-error.js'
import { type AxonFields, axonFields } from './axon-fields.js'

/**
 * Returns a signer that signs nothing but one announcement. The metadata of the endpoint decides what bytes an announcement
 * becomes: that of a hostile one would have the hotkey sign any call, for this chain or another.
 *
 * The arguments have been the same bytes in all runtimes since 103, while the numbers of the pallet and of the call before
 * them differ. What follows them are the extensions, `genesis` among them.
 *
 * @param genesis of the chain for which it signs, `0x…`; undefined for a network without a pinned genesis, where the
 *   endpoint decides which chain it is
 * @returns a signer that throws {@link ChainError} RUNTIME_UNSUPPORTED for all other bytes
 */
export function announcingSigner(signer: Signer, announcement: Announcement, genesis: string | undefined): Signer {
  const { publicKey } = signer
  return {
    publicKey,
    sign(text) {
      if (isOf(announcement, text, genesis)) return signer.sign(text)
      throw new ChainError('RUNTIME_UNSUPPORTED', 'the endpoint would have the hotkey sign something else', {
        hint: 'name another endpoint with --chain-endpoint; if it stays so, update the miner: npm install -g bittensor-miner@latest',
      })
    },
  }
}

function isOf(announcement: Announcement, text: Uint8Array, genesis: string | undefined): boolean {
  const expected = encoded(axonFields(announcement))
  const bytes = Buffer.from(text)
  const after = CALL_BYTES + expected.length
  const isForChain = genesis === undefined || bytes.includes(Buffer.from(genesis.slice(2), 'hex'), after)
  return bytes.length <= MAX_BYTES && bytes.subarray(CALL_BYTES, after).equals(expected) && isForChain
}

/** The numbers of the pallet and of its call. */
const CALL_BYTES = 2
/** An announcement takes about 112 bytes. Of more than 256 a hash would be signed. */
const MAX_BYTES = 256

/** SCALE: integers of fixed size, the lowest byte first. */
function encoded({ netuid, version, ip, port, ip_type, protocol, placeholder1, placeholder2 }: AxonFields): Buffer {
  const bytes = Buffer.alloc(28)
  bytes.writeUInt16LE(netuid, 0)
  bytes.writeUInt32LE(version, 2)
  bytes.writeBigUInt64LE(ip & 0xffff_ffff_ffff_ffffn, 6)
  bytes.writeBigUInt64LE(ip >> 64n, 14)
  bytes.writeUInt16LE(port, 22)
  bytes.set([ip_type, protocol, placeholder1, placeholder2], 24)
  return bytes
}
