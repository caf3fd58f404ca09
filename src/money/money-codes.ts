import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `MoneyError` codes. Codes are API: add freely, rename with a major version. */
export const moneyCodes = {
  BUDGET_LOCKED: {
    meaning: 'another process keeps a budget for the same hotkey on the same subnet in the same data folder',
    remedy: 'stop that process, which the message names; give each replica a data folder and a part of the budget',
  },
  BUDGET_UNREADABLE: {
    meaning: 'the file that says what is spent today is damaged, or another user may have written it',
    remedy: 'delete the file that the message names: what was spent today is then forgotten',
  },
  BUDGET_AHEAD: {
    meaning: 'the clock is more than a day behind the day of the file that says what is spent: it is wrong, or it was',
    remedy:
      'set the clock; if it is right, delete the file that the message names: what was spent today is then forgotten',
  },
  BUDGET_NOT_KEPT: {
    meaning: 'the budget cannot be kept in the data folder: it is not writable, or the disk is full',
    remedy: 'make room, or let this user write the folder; another one can be named with `MINER_DATA_DIR`',
  },
  LEDGER_UNREADABLE: {
    meaning: 'a file that says what a day cost is damaged, or another user may have written it',
    remedy: 'delete the file that the message names: what that day cost is then forgotten',
  },
} satisfies ErrorCodes
