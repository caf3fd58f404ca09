import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `CreateError` codes. */
export const createCodes = {
  FOLDER_TAKEN: {
    meaning: 'the folder of the new package is not empty, or not a folder',
    remedy: 'choose another folder with `--dir`',
  },
  FOLDER_UNWRITABLE: {
    meaning: 'the new package cannot be written to its folder',
    remedy: 'choose another folder with `--dir`, or let this user write to it',
  },
} satisfies ErrorCodes
