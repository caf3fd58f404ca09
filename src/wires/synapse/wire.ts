import type { Wire } from '../wire.js'
import { claim, type SynapseClaim, synapseOf } from './claim.js'
import { encodeReply } from './encode-reply.js'
import { open } from './open.js'
import { proof } from './proof.js'
import { pythonText } from './python-text.js'
import { refuse, stream } from './reply-head.js'

/**
 * The wire of the Python SDK 6 to 10: axon, dendrite, synapse. SDK 6.0 to 7.1 count nonces from the caller's boot; the
 * proof marks these as legacy.
 */
export const synapseWire: Wire<SynapseClaim> = {
  name: 'synapse',
  match: ({ rawHeaders }) => rawHeaders.some((text, at) => at % 2 === 0 && /^bt_header_/i.test(text)),
  synapse: ({ target }) => synapseOf(target),
  unknown: (name, known) =>
    `Synapse name '${name.slice(0, 256)}' not found. Available synapses ${pythonText(known, '15.0')}`,
  claim,
  proof,
  open,
  reply: encodeReply,
  stream,
  refuse,
}
