import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `RequestLogError` codes. Codes are API: add freely, rename with a major version. */
export const requestLogCodes = {
  REQUEST_LOG_MISSING: {
    meaning: 'this hotkey has not kept a request log on this subnet',
    remedy:
      'serve with `--request-log metadata`, or name the hotkey with the wallet flags, the subnet with `--netuid`, or a file with `--file`',
  },
  REQUEST_LOG_UNSAFE: {
    meaning: 'the file of the request log is a link, or it or its folder belongs to another user',
    remedy: 'move it away; `miner serve` then makes a new one',
  },
  REQUEST_LOG_VERSION: {
    meaning: 'another version of this program wrote the request log',
    remedy:
      'start `miner serve` of this version once, which upgrades an older file; read a newer one with its own version',
  },
  REQUEST_LOG_BROKEN: {
    meaning: 'the file is not a request log, or is damaged',
    remedy:
      'move it away; `miner serve` then makes a new one. Where `--file` named another file: `miner logs path` prints where the miner has its own',
  },
  REQUEST_LOG_UNWRITABLE: {
    meaning: 'the request log cannot be written: the folder or the file is not writable, or the disk fails',
    remedy: 'let this user write the folder; another one can be named with `MINER_DATA_DIR`',
  },
  REQUEST_LOG_UNREADABLE: {
    meaning: 'the request log cannot be read',
    remedy: 'let this user read the file; the message has the reason',
  },
  REQUEST_LOG_FULL: {
    meaning:
      'the disk has no room for the request log; `miner serve` goes on answering, and writes again when there is room',
    remedy: 'make room, or keep less with `--request-log-max-size` and `--request-log-max-age`',
    fatal: false,
  },
  REQUEST_LOG_LOCKED: {
    meaning:
      'another program holds the file of the request log; `miner serve` keeps requests in memory meanwhile, and tries again',
    remedy: 'end that program, or its transaction, such as one of `sqlite3`',
    fatal: false,
  },
  REQUEST_LOG_SLOW: {
    meaning: 'requests come faster than the disk takes them, and are left out of the request log',
    remedy: 'put the data folder on a faster disk, or keep `metadata` only',
    fatal: false,
  },
  REQUEST_LOG_REFUSED: {
    meaning: 'the request log does not take a request for what is in it, and leaves it out; others are written',
    remedy: 'report it with its message',
    fatal: false,
  },
  REQUEST_LOG_STOPPED: {
    meaning: 'the thread of the request log ended, or did not answer in time',
    remedy: 'try again; `miner serve` starts another one by itself',
  },
  REQUEST_UNKNOWN: {
    meaning: 'the request log has no request whose id begins like this',
    remedy:
      '`miner logs -n 100` lists the last ones; older ones may be beyond the retention, and those of callers that proved no hotkey are only counted',
  },
  REQUEST_AMBIGUOUS: {
    meaning: 'several requests have ids that begin like this',
    remedy: 'give more characters of the id',
  },
  CONVERSATION_MISSING: {
    meaning: 'the request has no conversation in the log, so that it cannot be asked again',
    remedy: 'serve with `--request-log full`, which also keeps conversations and answers',
  },
  REPLAY_NOT_CONFIRMED: {
    meaning: '`miner replay` asks the user first, because the model costs money, and standard input is not a terminal',
    remedy: 'give `--yes`',
  },
  REPLAY_ABORTED: {
    meaning: 'Ctrl-C ended the question of `miner replay`',
    remedy: 'give `--yes` to skip the question',
  },
  BACKUP_EXISTS: {
    meaning: '`miner logs backup` does not write over a file',
    remedy: 'name another file, or give `--force`',
  },
  BACKUP_MISPLACED: {
    meaning: '`miner logs backup` cannot write the copy there: it is a folder, or the request log itself',
    remedy: 'name the file to write, with its folder',
  },
  BACKUP_FAILED: {
    meaning: 'the copy of the request log cannot be written',
    remedy: 'name a file in a folder that exists and has room',
  },
} satisfies ErrorCodes
