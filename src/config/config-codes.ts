import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `ConfigError` codes. */
export const configCodes = {
  CONFIG_INVALID: {
    meaning: 'the configuration is invalid: `problems` lists every problem, in all layers',
    remedy: 'fix each problem; each has a hint of its own',
  },
  CONFIG_SCHEMA: {
    meaning: 'a miner describes its settings wrongly',
    remedy: 'report it to the author of the miner',
  },
} satisfies ErrorCodes

/** The one table of `Problem` codes. */
export const problemCodes = {
  FILE_UNREADABLE: {
    meaning: 'the file cannot be read, or is too large',
    remedy: 'name a file that exists, that this user can read, and that is of the size that the message names',
  },
  FILE_MALFORMED: {
    meaning: 'the file is not valid TOML, or YAML, in UTF-8; or, when it is read again, it sets nothing any more',
    remedy:
      'fix the line that the message names; in TOML: `key = value`, text in quotes, each key and table once; in YAML: `axon.port: 9000`',
  },
  FILE_FOREIGN: {
    meaning:
      'the file of `--env-file` may be written by others, who would choose where the keys of this user go, or it sets `NODE_OPTIONS`, which Node obeys',
    remedy: '`chmod 600` the file, or name another one; remove `NODE_OPTIONS` from it',
  },
  ENV_FILE_UNREAD: {
    meaning: 'there is a `.env` beside the configuration file, which is not read, because it may be a stranger’s',
    remedy: 'name it with `--env-file`, or leave it',
    fatal: false,
  },
  UNKNOWN_KEY: {
    meaning: 'the file, or what a program passes to `openMiner`, has a key that is not a setting or an option',
    remedy: 'use the name that the hint gives; [configuration.md](configuration.md) lists all',
  },
  UNKNOWN_VARIABLE: {
    meaning: 'a variable that begins with `MINER_` is not a setting',
    remedy: 'use the name that the hint gives, or unset it',
  },
  UNKNOWN_FLAG: {
    meaning: 'the command, or the chosen miner, does not have this flag',
    remedy: 'use the flag that the hint gives; `--help` lists all',
  },
  GIVEN_TWICE: {
    meaning: 'two spellings of one key are in the file, or a program passes one thing twice',
    remedy: 'remove one of them',
  },
  INVALID_VALUE: {
    meaning: 'a value has the wrong type, form or range',
    remedy: 'give a value as [configuration.md](configuration.md) describes it',
  },
  MISSING: {
    meaning: 'a required setting has no value',
    remedy: 'set it by flag, variable or file; a program that embeds the miner, in `settings`',
  },
  SECRET_UNREADABLE: {
    meaning: 'the variable or the file that `env:` or `file:` names cannot be read',
    remedy: 'set the variable, or make the file readable to this user',
  },
  RULE_BROKEN: {
    meaning: 'settings contradict each other',
    remedy: 'change or remove one of the settings that the message names',
  },
  SECRET_EXPOSED: {
    meaning:
      'others can see a secret, or the password in a URL: it is on the command line, in a configuration file or a file of `--env-file` that others than its owner can read, or in a list or table of the configuration file',
    remedy:
      '`chmod 600` the file, or write `env:NAME` or `file:PATH` in its place; a URL with a password goes into the variable of its setting',
    fatal: false,
  },
  SECRET_LITERAL: {
    meaning:
      '`miner service` writes no secret, and one stands in the file, in a variable or on the command line itself',
    remedy: 'run the line of the hint, which moves it to a file of mode 0600 that `file:PATH` names',
  },
  NOT_TAKEN_OVER: {
    meaning: 'a flag, a variable or a key of the Python miner has no counterpart',
    remedy: 'remove it, and use what the hint gives; [from-python.md](from-python.md) lists all',
  },
  WITHOUT_EFFECT: {
    meaning: 'a flag, a variable or a key of the Python miner is accepted, and changes nothing',
    remedy: 'remove it, or use what the hint gives; [from-python.md](from-python.md) lists all',
    fatal: false,
  },
} satisfies ErrorCodes
