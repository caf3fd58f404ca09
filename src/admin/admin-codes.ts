import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `AdminError` codes. */
export const adminCodes = {
  ADMIN_PORT_UNUSABLE: {
    meaning: 'the system refuses to open the admin port',
    remedy:
      'read the error of the system, which the message quotes; choose another port or address with `--admin-port` and `--admin-host`',
  },
  ADMIN_TOKEN_UNUSABLE: {
    meaning: 'the file of the admin token is not private to this user, or cannot be read or written',
    remedy: 'remove the file that the message names, so that the next start writes a new one, or set `admin.token`',
  },
} satisfies ErrorCodes
