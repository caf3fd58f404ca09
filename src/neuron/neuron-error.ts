import type { neuronCodes } from './neuron-codes.js'

/** Why a miner cannot live on its subnet. Codes are API: add freely, rename with a major version. */
export type NeuronErrorCode = keyof typeof neuronCodes

/** The error for a miner that cannot join its subnet, or cannot tell the chain where it is. */
export class NeuronError extends Error {
  override readonly name = 'NeuronError'
  readonly code: NeuronErrorCode
  /** what the user can do about it */
  readonly hint: string

  constructor(code: NeuronErrorCode, message: string, options: { hint: string; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}
