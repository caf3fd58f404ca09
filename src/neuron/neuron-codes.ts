import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `NeuronError` codes. Codes are API: add freely, rename with a major version. */
export const neuronCodes = {
  HOTKEY_NOT_REGISTERED: {
    meaning: 'the hotkey has no place in the subnet, so that no validator would ask it',
    remedy: 'register it with the command of the hint, or choose another with `--wallet-name` and `--wallet-hotkey`',
  },
  ADDRESS_UNROUTABLE: {
    meaning: 'validators cannot reach the address to announce: it is private, reserved or no IP address',
    remedy: 'give the public address with `--axon-external-ip`, or serve with `--no-announce` behind a proxy',
  },
  ADDRESS_UNKNOWN: {
    meaning: 'no two of the public services agree on the address of this machine',
    remedy: 'give the public address with `--axon-external-ip`',
  },
  CHAIN_CONTRADICTORY: {
    meaning: 'the metagraph is empty, older than the last one, or at odds with what the chain says of the hotkey',
    remedy: 'wait: the miner reads again; if it stays so, name another endpoint first with `--chain-endpoint`',
  },
} satisfies ErrorCodes
