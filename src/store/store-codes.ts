import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `StoreError` codes. Codes are API: add freely, rename with a major version. */
export const storeCodes = {
  STORE_LOCKED: {
    meaning: 'another process serves the same hotkey on the same subnet with the same data folder',
    remedy: 'stop that process, which the message names',
  },
  STORE_UNWRITABLE: {
    meaning: 'the spent nonces cannot be kept in the data folder: it is not writable, or the disk is full',
    remedy: 'make room, or let this user write the folder; another one can be named with `MINER_DATA_DIR`',
  },
} satisfies ErrorCodes
