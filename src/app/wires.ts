import { synapseWire } from '../wires/synapse/wire.js'

/** The wires that the axon serves. */
export const wires = [synapseWire] as const
