import type { Runtime } from './runtime.ts'
import type { SourceSubnet } from './source-subnet.ts'

/** What a block leaves behind. Storage and the answers of runtime calls are made from it, when they are asked for. */
export type BlockState = {
  readonly runtime: Runtime
  readonly number: number
  /** `Timestamp.Now`, epoch milliseconds */
  readonly time: number
  readonly subnets: readonly SourceSubnet[]
  /** the next nonce of each account that has sent an extrinsic, by address */
  readonly nonces: ReadonlyMap<string, number>
  /** `System.Events`, encoded */
  readonly events: Uint8Array
}

/** Makes a function of a runtime and a subnet that remembers its results as long as both live. */
export function perSubnet<T>(make: (runtime: Runtime, subnet: SourceSubnet) => T) {
  const known = new WeakMap<Runtime, WeakMap<SourceSubnet, T>>()
  return (runtime: Runtime, subnet: SourceSubnet): T => {
    const bySubnet = known.get(runtime) ?? new WeakMap<SourceSubnet, T>()
    known.set(runtime, bySubnet)
    if (!bySubnet.has(subnet)) bySubnet.set(subnet, make(runtime, subnet))
    return bySubnet.get(subnet)!
  }
}
