import type { ErrorCodes } from '../../text/error-codes.js'

/** The one table of `UsageError` codes, those of a command line that oclif refuses among them. */
export const usageCodes = {
  USAGE: { meaning: 'oclif refuses the command line for another reason', remedy: "follow the command's `--help`" },
  UNKNOWN_COMMAND: { meaning: 'the command does not exist', remedy: '`miner help` lists all' },
  COMMAND_MISSING: {
    meaning: 'a flag is in the place of the command, or a topic such as `config` lacks its command',
    remedy: 'put the command before its flags; `miner help` lists all',
  },
  UNEXPECTED_ARGUMENT: {
    meaning: 'the command line has more words than the command takes, or a value looks like a flag',
    remedy: 'put a text with spaces in quotes; write a value that begins with a dash as `--flag="- value"`',
  },
  UNKNOWN_FLAG: { meaning: 'the command does not have this flag', remedy: '`--help` lists all' },
  VALUE_MISSING: { meaning: 'a flag lacks its value', remedy: 'write `--flag=VALUE`' },
  FLAG_MISSING: { meaning: "a plugin's command needs a flag", remedy: 'add the flag that the hint names' },
  FLAGS_CONFLICT: {
    meaning: 'flags of the command exclude or need each other',
    remedy: 'add or leave out those that the message names',
  },
  ARGUMENT_MISSING: { meaning: "a plugin's command needs an argument", remedy: "follow the command's `--help`" },
  GIVEN_TWICE: { meaning: 'a flag that takes one value is given more than once', remedy: 'remove one of them' },
  INVALID_VALUE: {
    meaning: 'a flag or an argument has the wrong form or range',
    remedy: 'give a value that the message allows',
  },

  UNKNOWN_MINER: {
    meaning: '`use` names a miner that does not exist',
    remedy: 'choose one that the hint lists, or install the plugin that provides it',
  },
  NO_MODEL_LIST: {
    meaning: 'the miner cannot list models: it has no method `models`',
    remedy: 'choose another miner with `--use`; `miner config show` prints the settings of this one',
  },
  UNKNOWN_DIALECT: {
    meaning: '`dialect` names a dialect that does not exist',
    remedy: 'choose one that the hint lists, or install the plugin that provides it',
  },
  NOBODY_ALLOWED: {
    meaning: 'without a chain (`--network none`), `policy.allow` must name the callers, and it is empty',
    remedy: 'name their hotkeys with `--allow`, or name a chain with `--network`',
  },

  UNKNOWN_SETTING: {
    meaning:
      '`config get`, `set` or `unset` names a setting that does not exist, or `unset` an entry that the table in the file lacks',
    remedy: 'use the name that the hint gives; [configuration.md](configuration.md) lists all',
  },
  NOT_SET: {
    meaning: '`config get` names a setting that has no value, and no default, or an entry that its table lacks',
    remedy: 'set it: `miner config set KEY VALUE`',
  },
  SECRET_TYPED: {
    meaning: '`config set` or `init` is given a secret on the command line, which others on this machine can see',
    remedy: 'leave it out and type it, or give `env:NAME` or `file:PATH`; `config set` takes it from a pipe, too',
  },
  INIT_STOPPED: {
    meaning: 'Ctrl-C, Ctrl-D or Escape ended the questions of `miner init`',
    remedy: 'run it again: it shows what the file has already, and goes on from there',
  },
  ANSWERS_MISSING: {
    meaning:
      '`miner init` can ask nothing, without a terminal or with `--yes`, and a setting is not given, or the key in the file is for another endpoint than the given one',
    remedy: 'add the flags that the hint names, or `--yes` to take the defaults and what is there',
  },
  NOT_TYPED: {
    meaning: 'Ctrl-C or Ctrl-D came in place of the value that `config set` asked for',
    remedy: 'type it, pipe it in, or give `env:NAME` or `file:PATH`',
  },
  NOT_A_FILE: {
    meaning: 'the configuration file that is to be changed is a pipe or a device',
    remedy: 'name a regular file with `--config`',
  },
  FILE_SHARED: {
    meaning: 'a secret is to be written to a configuration file that others can read',
    remedy: '`chmod 600` the file, or give `env:NAME` or `file:PATH`',
  },
  NOT_EDITABLE: {
    meaning:
      'the setting cannot be changed in the file without touching other lines or losing a comment, or stands there under an old name with values of its own',
    remedy: 'change it by hand, `miner config edit`; or remove the old name, `miner config unset`',
  },
  EDITOR_MISSING: {
    meaning:
      'neither `VISUAL` nor `EDITOR` is set, and the editor that `config edit` starts then, vi, needs a terminal',
    remedy: 'set `EDITOR`, or change a setting with `miner config set`',
  },
  EDITOR_FAILED: {
    meaning: 'the editor of `config edit` cannot be started, or failed',
    remedy: 'set `VISUAL` or `EDITOR` to one that works',
  },
  EDIT_REFUSED: {
    meaning: 'the text that was edited with `config edit` cannot be used, and the file is left as it was',
    remedy: 'edit it again; the message names the file with the edited text',
  },
  NAMED_AS_YAML: {
    meaning: '`config init` is to write a file whose name ends in `.yaml` or `.yml`, and it writes TOML',
    remedy: 'name it `config.toml`',
  },
  FILE_EXISTS: {
    meaning: '`config init` or `service` is to write a file that exists',
    remedy: 'add `--force` to replace it, or change it by hand',
  },
  NOT_A_SERVICE: {
    meaning: 'the miner cannot run as such a service as it is configured: the message tells why',
    remedy: 'change the setting that the hint names',
  },
  FILE_CHANGED: {
    meaning: 'another program changed the configuration file while this command did',
    remedy: 'run the command again',
  },
  ADMIN_URL_INVALID: {
    meaning: '`--url` does not name an admin port by scheme, host and port',
    remedy: 'give it as `http://127.0.0.1:9091`',
  },
  ADMIN_PORT_MISSING: {
    meaning: 'this user runs no miner with an admin port on this machine',
    remedy: 'start one with `miner serve --admin-port 9091`, or name that of another machine with `--url`',
  },
  ADMIN_PORT_AMBIGUOUS: {
    meaning: 'several miners on this machine have an admin port',
    remedy: 'name one of those that the hint lists with `--url`',
  },
  ADMIN_TOKEN_MISSING: {
    meaning: 'the token of an admin port on another machine is not known here',
    remedy: 'set `MINER_ADMIN_TOKEN` to the text of the file `admin/token` in the data folder of that miner',
  },
  ADMIN_TOKEN_REFUSED: {
    meaning: 'the admin port refuses the token',
    remedy: 'set `MINER_ADMIN_TOKEN` to the text of the file `admin/token` in the data folder of that miner',
  },
  ADMIN_PORT_SILENT: {
    meaning: 'the admin port does not reply, or not with its figures',
    remedy: 'look whether the miner still runs, and whether `--url` names its admin port',
  },
  LOG_FILE_TAKEN: {
    meaning: 'another process writes the log file',
    remedy: 'give each miner a log file of its own with `--log-file`',
  },
  LOG_FILE_UNUSABLE: {
    meaning:
      'the folder of the log file is missing, this user may not write there, or the path leads to a device or a pipe',
    remedy: 'make its folder, and let this user write it; or name another file with `--log-file`',
  },
  LOG_FILE_FAILED: {
    meaning: 'the system fails to open the log file',
    remedy: 'read the error of the system, which the message quotes: the disk may be full',
  },
  FILE_UNWRITABLE: {
    meaning: 'the configuration file, or a file that it names, cannot be written',
    remedy: 'make the file and its folder writable for this user',
  },

  NOTHING_TO_WATCH: {
    meaning: '`--watch-config` is given, but the configuration file is missing, or is a pipe',
    remedy: 'name a file with `--config`, or leave the flag out',
  },

  PORT_MISSING: {
    meaning: '`miner announce` does not know the port: `axon.port` is 0, and no `miner serve` runs',
    remedy: 'name it with `--axon-external-port`',
  },

  QUESTION_MISSING: { meaning: 'the command has no question', remedy: 'type it as TEXT, or pipe it in' },
  QUESTION_EMPTY: { meaning: 'the question is white space only', remedy: 'type it as TEXT: `"What is TAO?"`' },
  QUESTION_TWICE: {
    meaning: 'two of TEXT, `--messages` and `--body` are given',
    remedy: 'use only one of the three; `--body` can contain messages',
  },
  MESSAGES_MISSING: {
    meaning: '`--roles` is given without `--messages`',
    remedy: 'add `--messages`, one for each role',
  },
  ROLES_MISSING: { meaning: '`--messages` is given without `--roles`', remedy: 'add `--roles`, one for each message' },
  STDIN_TOO_LARGE: { meaning: 'standard input is larger than a question may be', remedy: 'ask with less text' },
  STDIN_UNREADABLE: {
    meaning: 'standard input cannot be read, for example because it is a folder',
    remedy: 'pipe text in, or add `</dev/null`',
  },
  STDIN_NOT_UTF8: { meaning: 'standard input is not UTF-8 text', remedy: 'convert it: `iconv -t UTF-8`' },
  UNKNOWN_SYNAPSE: {
    meaning: 'the dialect does not have the synapse that `--synapse` names',
    remedy: 'choose one that the hint lists',
  },
  OTHER_DIALECT: {
    meaning: 'the running miner, whose policy is to be explained, speaks another dialect than the command line names',
    remedy: 'name its dialect with `--dialect`, or its file with `--dialect-file`',
  },
  NO_STREAM: { meaning: '`--stream` is given for a synapse that is not streamed', remedy: 'leave out `--stream`' },
  NO_CONVERSATION: {
    meaning: 'the synapse has no messages, so it takes no TEXT',
    remedy: 'give its fields with `--body`, or nothing for an example',
  },
  BODY_UNREADABLE: {
    meaning: 'the file of `--body` cannot be read',
    remedy: 'give a readable file, `-` for standard input, or the JSON itself',
  },
  BODY_MALFORMED: {
    meaning: '`--body` is not a JSON object, or has a lone surrogate in a hashed field',
    remedy: 'give one JSON object with the fields of the synapse',
  },
  URL_MISSING: {
    meaning: '`query` does not know which axon to ask',
    remedy: 'add `--url http://HOST:PORT`, or `--dev`',
  },
  RECEIVER_MISSING: {
    meaning: "`query` does not know the axon's hotkey, which the signature covers",
    remedy: 'add `--receiver` with the ss58 address of the hotkey',
  },

  PACKAGE_MISSING: {
    meaning: '`plugins:install` or `plugins:uninstall` needs a package',
    remedy: '`miner plugins:install miner-shout`',
  },
  NAME_MISSING: { meaning: '`create` needs a name', remedy: '`miner create miner my-miner`' },
  NAME_TAKEN: { meaning: 'a built-in miner or dialect has the name', remedy: 'choose another' },
  NO_PLUGIN: {
    meaning: 'the package or folder is not a plugin',
    remedy: 'follow [plugins.md](plugins.md), which shows one',
  },
  NO_SUCH_FILE: {
    meaning: '`plugins:install` is given a path at which nothing exists',
    remedy: 'check the path; to install from the registry, give only the package name',
  },
  UNKNOWN_PACKAGE: {
    meaning: 'the registry does not have the package, or not that version',
    remedy: 'check name and version; `MINER_NPM_REGISTRY` names another registry',
  },
  NOT_INSTALLED: { meaning: 'the plugin is not installed', remedy: '`miner plugins` lists those that are' },
  PLUGINS_LOCKED: {
    meaning: 'another command is changing the plugins, or took the lock while this one was suspended',
    remedy: 'wait for it to end; delete the lock file that the hint names if it is not running any more',
  },
  PEER_CONFLICT: {
    meaning: 'plugins need versions of a package that exclude each other, or this program a second time',
    remedy: 'install versions that fit, or uninstall one of them',
  },
  DATA_FOLDER_UNWRITABLE: {
    meaning: 'the folder for plugins cannot be read or written',
    remedy: 'make it writable for this user, or set `MINER_DATA_DIR` to another folder',
  },
  DATA_FOLDER_BROKEN: {
    meaning: 'the package.json in the folder for plugins is not JSON',
    remedy: 'repair it, or delete it and install the plugins again',
  },
  DISK_FULL: {
    meaning: "the disk of the data folder, or of npm's cache, is full",
    remedy: 'free space, or set `MINER_DATA_DIR` to another disk',
  },
  NPM_FAILED: {
    meaning: 'npm, or an install script of a package, failed',
    remedy: "follow the message; `--verbose` prints npm's own output",
  },
  REGISTRY_FAILED: {
    meaning: 'npm cannot reach the registry, or the registry failed',
    remedy: 'check the network and `MINER_NPM_REGISTRY`',
  },

  CACHE_UNWRITABLE: {
    meaning: 'the completion of the shells cannot be written to the cache folder',
    remedy: 'let `MINER_CACHE_DIR` name a folder that this user can write to',
  },
  OUTPUT_LOST: {
    meaning: 'standard output cannot be written, for example because the disk is full',
    remedy: 'free space where it goes',
  },
  UNCAUGHT: {
    meaning: 'an uncaught error ended the program',
    remedy: 'uninstall the plugin that the hint names, or look at `--log-level debug`',
  },
  STUCK: {
    meaning: 'the program waits for a promise that can no longer settle',
    remedy: 'uninstall the plugin that the hint names, or look at `--log-level debug`',
  },
  ENDED_EARLY: {
    meaning: 'a call of `process.exit` ended the program before the command was done',
    remedy: 'uninstall the plugin that the hint names, or look at `--log-level debug`',
  },
} satisfies ErrorCodes

/** What an error without a code of its own is reported as. */
export const reportCodes = {
  TIMEOUT: { meaning: 'the answer did not arrive in time', remedy: 'see what the miner waits for: `miner check`' },
  COMMAND_FAILED: {
    meaning: "a plugin's command failed without a code of its own; it chooses the exit code",
    remedy: 'follow the message',
  },
  UNEXPECTED: {
    meaning: 'this program, or a library, failed with an unexpected error',
    remedy: 'look at `--log-level debug`, which prints the stack trace',
  },
} satisfies ErrorCodes

/** Codes are API: add freely, rename with a major version. */
export type UsageErrorCode = keyof typeof usageCodes
