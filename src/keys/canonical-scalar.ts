// The order of the ristretto255 group (RFC 9496 §4).
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

/**
 * Returns whether this is a canonical scalar: one below the group's order.
 *
 * @param bytes 32 bytes, little-endian
 */
export function isCanonicalScalar(bytes: Uint8Array): boolean {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) < ORDER
}
