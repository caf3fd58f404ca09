import { compact, u32 } from '@polkadot-api/substrate-bindings'
import type { Runtime } from './runtime.ts'

/** How an extrinsic of a block ended: the name of the pallet's error, or the event of its success. */
export type Outcome =
  | { readonly error: string }
  | { readonly event?: { readonly name: string; readonly value: unknown } | undefined }

/** Encodes `System.Events` of a block: one outcome for each of its extrinsics, of `SubtensorModule` all. */
export function encodeEvents(runtime: Runtime, outcomes: readonly Outcome[]): Uint8Array {
  const records = outcomes.flatMap((outcome, index) => {
    const during = (event: Uint8Array) => Buffer.concat([Uint8Array.of(0), u32.enc(index), event, Uint8Array.of(0)])
    return 'error' in outcome
      ? [during(failure(runtime, outcome.error))]
      : [...(outcome.event ? [during(palletEvent(runtime, outcome.event))] : []), during(success(runtime))]
  })
  return Buffer.concat([compact.enc(records.length), ...records])
}

/** Returns whether the runtime knows an error of `SubtensorModule`. */
export function hasError(runtime: Runtime, name: string): boolean {
  const errors = runtime.lookup(runtime.pallet('SubtensorModule').errors!.type)
  return errors.type === 'enum' && name in errors.value
}

function success(runtime: Runtime): Uint8Array {
  const { location, codec } = runtime.codecs.buildEvent('System', 'ExtrinsicSuccess')
  return Buffer.concat([Uint8Array.from(location), codec.enc({ dispatch_info: dispatchInfo })])
}

// The library's codec does not pad a module's error to the four bytes that the runtime writes.
function failure(runtime: Runtime, name: string): Uint8Array {
  if (!hasError(runtime, name)) throw new Error(`runtime ${runtime.version.spec_version} has no error ${name}`)
  const { location } = runtime.codecs.buildEvent('System', 'ExtrinsicFailed')
  const [pallet, error] = runtime.codecs.buildError('SubtensorModule', name).location
  return Buffer.concat([Uint8Array.from([...location, MODULE, pallet, error, 0, 0, 0]), encodedInfo(runtime)])
}

/** `DispatchError::Module` of polkadot-sdk, substrate/primitives/runtime/src/lib.rs. */
const MODULE = 3

function palletEvent(runtime: Runtime, { name, value }: { name: string; value: unknown }): Uint8Array {
  const { location, codec } = runtime.codecs.buildEvent('SubtensorModule', name)
  return Buffer.concat([Uint8Array.from(location), codec.enc(value)])
}

function encodedInfo(runtime: Runtime): Uint8Array {
  return runtime.codecs.buildEvent('System', 'ExtrinsicSuccess').codec.enc({ dispatch_info: dispatchInfo })
}

const dispatchInfo = {
  weight: { ref_time: 0n, proof_size: 0n },
  class: { type: 'Normal', value: undefined },
  pays_fee: { type: 'No', value: undefined },
}
