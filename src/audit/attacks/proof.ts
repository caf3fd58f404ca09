import { encodeAddress } from '../../keys/ss58.js'
import { type Attack, signedRequest as needs } from '../attack.js'
import { refused, UNVERIFIED } from '../judge.js'
import { strangerKey } from '../stranger-key.js'
import { withHeader } from '../wire/craft.js'

// Attacks on the proof that a hotkey signed the request, for this axon.

const SIGNATURE = 'bt_header_dendrite_signature'
/** Of Polkadot: the same key has an address for each network. */
const OTHER_PREFIX = 0

const verifies = 'refuse a request unless its signature verifies under the hotkey that it names'

export const proofAttacks: readonly Attack[] = [
  {
    id: 'no-signature',
    title: 'no signature',
    sends: 'A good request without the header of the signature. The axon has to refuse it.',
    meaning: 'anyone can ask in the name of any validator: its hotkey is public, and no key is needed',
    mend: 'refuse a request that has no signature; SDK 9.3 and later let it pass',
    needs,
    run: audit => refused(audit, [withHeader(audit.craft(), SIGNATURE, null)]),
  },
  {
    id: 'empty-signature',
    title: 'empty signature',
    sends: 'A good request whose signature is an empty text. The axon has to refuse it.',
    meaning: 'anyone can ask in the name of any validator, although an absent signature may be refused',
    mend: 'treat an empty signature as an absent one, and refuse both',
    needs,
    run: audit => refused(audit, [withHeader(audit.craft(), SIGNATURE, '')]),
  },
  {
    id: 'wrong-key',
    title: 'wrong key',
    sends: "A request in the caller's name, signed by another key. The axon has to refuse it.",
    meaning: 'signatures are not checked: anyone can ask in the name of any validator',
    mend: verifies,
    needs,
    run(audit) {
      const signer = { address: audit.caller.address, sign: strangerKey().sign }
      return refused(audit, [audit.craft({ signer })])
    },
  },
  {
    id: 'wrong-receiver',
    title: 'wrong receiver',
    sends: 'A request that the caller signed for another axon. The axon has to refuse it.',
    meaning: 'an axon that a validator asks can send what it got to this one, which answers it as the validator',
    mend: 'verify over the hotkey of your own axon, not over the one in the head',
    needs,
    run: audit => refused(audit, [audit.craft({ receiver: strangerKey().address })]),
  },
  {
    id: 'other-prefix',
    title: 'hotkey of another prefix',
    sends:
      'A request signed by the caller, whose hotkey is written as an address of another network (ss58 prefix 0). The axon has to refuse it, or to refuse the hotkey.',
    meaning:
      'one key has thousands of names: deny lists, rates and the memory of nonces miss a caller that changes its name',
    mend: 'take only addresses of prefix 42, which begin with 5, or count callers by public key',
    needs,
    run(audit) {
      const { publicKey, sign } = audit.caller
      const signer = { address: encodeAddress(publicKey, OTHER_PREFIX), sign }
      // Lists that do not know the name have refused it, too.
      return refused(audit, [audit.craft({ signer })], [...UNVERIFIED, 403])
    },
  },
]
