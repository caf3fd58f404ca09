import type { JsonObject } from '../wires/json/tree.js'
import type { HashField } from '../wires/wire.js'

/** The good request, of which the attacks are made: a synapse with fields that the miner answers. */
export type AuditQuestion = {
  readonly synapse: string
  /** all fields, in the order of their declaration */
  readonly fields: JsonObject
  readonly required: readonly string[]
  readonly hashed: readonly HashField[]
  /** other values of fields that the axon would take, by the name of the field */
  readonly others: JsonObject
  /** whether requests of this synapse are signed at all */
  readonly isSigned: boolean
  readonly timeoutMs: number
}
