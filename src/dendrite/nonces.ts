/**
 * Gives nonces: the time in nanoseconds, strictly increasing, also within one tick of the clock and when it steps
 * back, because an axon takes none twice and the SDK's takes none that is smaller.
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
