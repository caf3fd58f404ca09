import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of what `miner doctor` finds, beside the codes of `miner status`, of wallets, of the chain and of models. */
export const doctorCodes = {
  CLOCK_OFF: {
    meaning: 'the clock of this machine is so far off that the axon refuses what validators sign',
    remedy: 'set it by NTP (`sudo timedatectl set-ntp true`); in a container or a virtual machine, on its host',
  },
  CLOCK_DRIFTS: {
    meaning: 'the clock of this machine is more than a second off, and seems not to be set by NTP',
    remedy: 'set it by NTP, before the axon refuses validators for it',
    fatal: false,
  },
  FILES_TOO_FEW: {
    meaning: 'the process may open too few files to answer the questions that `--concurrency` allows',
    remedy: 'raise `ulimit -n`, `LimitNOFILE=` of the unit, or `--ulimit nofile` of the container',
  },
  FILES_FEW: {
    meaning: 'the process may open fewer files than the connections that `--limits-connections` allows',
    remedy: 'raise the limit of open files, or lower `--limits-connections`',
    fatal: false,
  },
  MEMORY_TOO_SMALL: {
    meaning: 'a limit of memory is below what a miner needs to start',
    remedy: 'raise the limit of the control group, the container or `ulimit -d`',
  },
  MEMORY_SMALL: {
    meaning: 'a limit of memory, or what the machine has left, is below what a miner may need under load',
    remedy: 'raise the limit, add memory, or lower `--limits-bodies`',
    fatal: false,
  },
  FOLDER_UNWRITABLE: {
    meaning: 'the miner cannot write its data folder, where it keeps the nonces of answered requests and the metagraph',
    remedy: 'make the folder writable for the user of the miner, or name another one with `MINER_DATA_DIR`',
  },
  FOLDER_FOREIGN: {
    meaning: 'the data folder belongs to another user or may be written by others, so that its files are not trusted',
    remedy: '`chown` it to the user of the miner, `chmod 700` it',
    fatal: false,
  },
  DISK_NO_ROOM: {
    meaning: 'the disk of the data folder is full, so that the axon cannot keep nonces and refuses callers with 503',
    remedy: 'make room, or name a folder on another disk with `MINER_DATA_DIR`',
  },
  DISK_NO_INODES: {
    meaning: 'the file system of the data folder has no inode left, so that no new file can be made on it',
    remedy: 'remove small files, or name a folder on another disk with `MINER_DATA_DIR`',
  },
  DISK_SMALL: {
    meaning: 'the disk of the data folder has less than twice the room that the miner itself may need',
    remedy: 'make room before it is full',
    fatal: false,
  },
  LOG_FILE_UNWRITABLE: {
    meaning:
      'the miner cannot write its log file, and does not start: its folder is missing, or not for this user to write',
    remedy: 'make the folder, let this user write it, or name another file with `--log-file`',
  },
  LOG_FILE_BUSY: {
    meaning: 'another miner writes the log file, so that this one does not start',
    remedy: 'give each miner a log file of its own with `--log-file`',
  },
  LOG_FILE_NO_ROOM: {
    meaning: 'the disk of the log file has no room or no inode for its lock, so that the miner does not start',
    remedy: 'make room there, or name a file on another disk with `--log-file`',
  },
  LOG_FILE_ROOM_SMALL: {
    meaning: 'the disk of the log files has less room than they may still take, and lines are lost when it is full',
    remedy: 'make room there, or lower `--log-file-max-size` or `--log-file-max-files`',
    fatal: false,
  },
  LOG_FILE_UNSAFE: {
    meaning: 'the log file belongs to another user, or any user may write its folder',
    remedy: '`chown` the file, `chmod o-w` its folder',
    fatal: false,
  },
  REQUEST_LOG_SHARED: {
    meaning: 'others on this machine may read the request log',
    remedy: '`chmod 600` the file; `miner serve` does so at its start',
    fatal: false,
  },
  REQUEST_LOG_LARGE: {
    meaning: 'the request log is larger than its retention allows, because no miner has run since that was lowered',
    remedy: '`miner serve` drops the oldest requests as long as it runs; or raise `--request-log-max-size`',
    fatal: false,
  },
  KEYFILE_SHARED: {
    meaning: 'others on this machine may read or write the hotkey',
    remedy: '`chmod 600` the file',
    fatal: false,
  },
  KEYFILE_FOREIGN: {
    meaning: 'the hotkey belongs to another user than the one who runs the miner',
    remedy: 'run the miner as the owner of the wallet, or `chown` the file',
    fatal: false,
  },
  PASSWORD_MISSING: {
    meaning:
      'the hotkey is encrypted and no password is set: a miner that a supervisor starts has no terminal to ask at',
    remedy: 'set `MINER_WALLET_PASSWORD`, best to `file:PATH` with a file of mode 600',
    fatal: false,
  },
  PORT_TAKEN: {
    meaning: 'another program listens on the port of the axon',
    remedy: 'end that program, or choose another port with `--axon-port`',
  },
  PORT_FORBIDDEN: {
    meaning: 'this user may not listen on the port of the axon: the first 1024 are for root',
    remedy: 'choose another port with `--axon-port`',
  },
  PORT_CHANGES: {
    meaning:
      'with `--axon-port 0` each start has another port, which has to be announced again and which no router forwards',
    remedy: 'name a port with `--axon-port`',
    fatal: false,
  },
  PORT_UNUSABLE: {
    meaning: 'the axon cannot listen on its port, for the reason that the message names',
    remedy: 'choose another port with `--axon-port`',
  },
  HOST_FOREIGN: {
    meaning: 'this machine does not have the address that `--axon-host` names',
    remedy: 'leave `--axon-host` out, or name an address of this machine',
  },
  HEADERS_STRIPPED: {
    meaning:
      'a proxy in front of the axon drops the headers `bt_header_…`, whose names have underscores, so that every validator is refused',
    remedy: 'let the proxy pass them: `underscores_in_headers on;` in `http` or `server` of nginx',
  },
  PROXY_UNTRUSTED: {
    meaning: 'a proxy stands in front of the axon, which takes all callers for the one address of the proxy',
    remedy: 'name the address of the proxy with `--trusted-proxy`, and let it send `X-Forwarded-For`',
    fatal: false,
  },
  ANNOUNCEMENT_WAITS: {
    meaning:
      'the chain does not hold the address of this machine yet: it takes an announcement only some blocks after the last',
    remedy: 'wait: `miner serve` announces it by itself',
    fatal: false,
  },
  ADDRESS_IPV6: {
    meaning: 'the announced address is of IPv6, which a validator without IPv6 cannot reach',
    remedy: 'announce the IPv4 address of this machine, if it has one: `--axon-external-ip`',
    fatal: false,
  },
  IMMUNITY_ENDS: {
    meaning: 'the neuron can be replaced within a day: its immunity ends',
    remedy: 'mend the faults and warnings before that; watch the rank with `miner status --watch`',
    fatal: false,
  },
  NO_INCENTIVE: {
    meaning: 'validators give the neuron no incentive: they do not ask it, or do not value its answers',
    remedy: 'see with `miner status` who asks and what is refused; check the dialect and the model',
    fatal: false,
  },
  LOWEST_EMISSION: {
    meaning:
      'no neuron without immunity has less emission, so that on a full subnet the next registration replaces this one',
    remedy: 'better or faster answers; if it is replaced, register the hotkey again',
    fatal: false,
  },
  PLACES_FEW: {
    meaning: 'more than a tenth of the signed requests of the last hour found no place at work or in the queue',
    remedy: 'raise `--concurrency` if the model has room for it, raise `--queue`, or add an endpoint',
    fatal: false,
  },
  RATE_LOW: {
    meaning: 'the rates of the policy refused more than a tenth of the signed requests of the last hour',
    remedy:
      'raise `--rate`, or give the hotkey a rate of its own; `miner policy explain HOTKEY` tells what it has left',
    fatal: false,
  },
  CALLERS_FEW: {
    meaning: 'the settings refuse validators that hold more than half of the stake with a permit',
    remedy: 'lower `--min-stake`, shorten `--deny`; `miner policy explain HOTKEY` tells the rule',
    fatal: false,
  },
  SERVING_ENDS: {
    meaning: 'the miner that runs on this machine is stopping, and refuses new requests',
    remedy: 'wait until it has ended, and start it again',
    fatal: false,
  },
  ENDPOINT_RESTS: {
    meaning:
      'the miner that runs does not ask an endpoint at present, because its attempts fail or all its keys rest; a fault when it asks none',
    remedy: 'see `miner check`, which asks each endpoint and key',
  },
  SOURCE_NOTE: {
    meaning: 'an endpoint answers, but not as it is configured: the message tells what it refuses or ignores',
    remedy: 'see `miner check`',
    fatal: false,
  },
  SLOTS_FEW: {
    meaning:
      'a server of a model answers fewer questions at once than `--concurrency` allows, so that the others wait there',
    remedy: 'lower `--concurrency`, or start the server with more slots',
    fatal: false,
  },
  ANSWER_LATE: {
    meaning: 'answers take longer than validators wait',
    remedy: 'a faster model or server, fewer tokens (`--max-tokens`), or less at once (`--concurrency`)',
  },
  ANSWER_CUT: {
    meaning: 'a whole answer takes longer than validators wait, so that they get the part that came in time',
    remedy: 'fewer tokens (`--max-tokens`), or a faster model or server',
    fatal: false,
  },
  BUDGET_USED_UP: {
    meaning: 'too little is left of a budget of the day for another question, so that requests are refused with 429',
    remedy: 'raise `--budget` or `--budget-each`, or wait until the day (UTC) turns',
  },
  BUDGET_NEAR: {
    meaning: 'four fifths of a budget of the day are spent, or requests in progress reserve what is left of it',
    remedy: 'raise `--budget` or `--budget-each`, or lower `--max-tokens`, which decides what a request reserves',
    fatal: false,
  },
  PLUGIN_BAD: {
    meaning: 'an installed miner or dialect cannot be used, for the reason that the message names',
    remedy: '`miner plugins:update`, or `miner plugins:uninstall` its package',
  },
  PLUGIN_NO_CONTRACT: {
    meaning: 'a plugin does not say for which version of the contract it is written',
    remedy: 'update it; its author adds `contract` to `oclif` in its package.json',
    fatal: false,
  },
} satisfies ErrorCodes
