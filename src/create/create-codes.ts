import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `CreateError` codes. */
export const createCodes = {
  FOLDER_TAKEN: {
    meaning: 'the folder of the new package is not empty, or not a folder',
    remedy: 'name another with `--dir`',
  },
  FOLDER_UNWRITABLE: {
    meaning: 'the new package cannot be written to its folder',
    remedy: 'name another with `--dir`, or let this user write there',
  },
} satisfies ErrorCodes
