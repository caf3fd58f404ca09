import { synapseWire } from '../wires/synapse/wire.js'

/** How it is asked here. */
export const wires = [synapseWire] as const
