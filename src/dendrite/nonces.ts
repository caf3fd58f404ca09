/**
 * Creates a generator of nonces: the time in nanoseconds, strictly increasing even within one tick of the clock and
 * when the clock steps back, because axons refuse a repeated nonce and the SDK's axon also a smaller one.
 *
 * @param now epoch milliseconds
 */
export function nonceGenerator(now: () => number): () => bigint {
  let last = 0n
  return () => {
    const time = BigInt(Math.floor(now())) * 1_000_000n
    last = time > last ? time : last + 1n
    return last
  }
}
