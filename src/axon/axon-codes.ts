import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `AxonError` codes. */
export const axonCodes = {
  PORT_IN_USE: {
    meaning: 'another program listens on the port',
    remedy: 'stop that program, or choose another port with `--axon-port` (0 picks a free one)',
  },
  PORT_NOT_ALLOWED: {
    meaning: 'this user may not open the port',
    remedy: 'choose a port above 1023 with `--axon-port`',
  },
  ADDRESS_NOT_AVAILABLE: {
    meaning: 'this machine does not have the address',
    remedy: 'give an address of this machine with `--axon-host`',
  },
  AXON_FAILED: {
    meaning: 'the system refuses to open the port for another reason',
    remedy: 'read the error of the system, which the message quotes',
  },
} satisfies ErrorCodes
