/** Why a runtime does not take an extrinsic, as `sp_runtime::transaction_validity::InvalidTransaction` has it. */
export type Invalidity = 'Payment' | 'Future' | 'Stale' | 'BadProof' | { readonly custom: number }

/** An extrinsic that a runtime does not take. */
export class InvalidTransaction extends Error {
  readonly reason: Invalidity

  constructor(reason: Invalidity) {
    super(descriptionOf(reason))
    this.reason = reason
  }

  /** As `TaggedTransactionQueue_validate_transaction` answers it: `Err(Invalid(reason))`. */
  encoded(): Uint8Array {
    const { reason } = this
    return typeof reason === 'object' ? Uint8Array.of(1, 0, 7, reason.custom) : Uint8Array.of(1, 0, variants[reason])
  }
}

const variants = { Payment: 1, Future: 2, Stale: 3, BadProof: 4 }

/** The texts of polkadot-sdk, substrate/primitives/runtime/src/transaction_validity.rs. */
function descriptionOf(reason: Invalidity): string {
  if (typeof reason === 'object') return `Custom error: ${reason.custom}`
  return {
    Payment: 'Inability to pay some fees (e.g. account balance too low)',
    Future: 'Transaction will be valid in the future',
    Stale: 'Transaction is outdated',
    BadProof: 'Transaction has a bad signature',
  }[reason]
}
