/**
 * The checks in their order: the part of the page that each is of, what it finds out, and the codes of its own warnings and
 * faults. docs/doctor.md has them as a table.
 */
export const doctorTable = {
  configuration: {
    part: 'settings',
    what: 'every problem of file, variables and flags at once, and what the settings have that should be changed',
    codes: ['CONFIG_INVALID'],
  },
  plugins: {
    part: 'settings',
    what: 'whether installed miners and dialects can be used, and their version of the contract',
    codes: ['PLUGIN_BAD', 'PLUGIN_NO_CONTRACT'],
  },
  node: {
    part: 'machine',
    what: 'which version of Node runs the miner, which starts with a supported one only',
    codes: [],
  },
  clock: {
    part: 'machine',
    what: 'the clock of this machine against the header `Date` of the servers in the settings',
    codes: ['CLOCK_OFF', 'CLOCK_DRIFTS'],
  },
  memory: {
    part: 'machine',
    what: 'control groups, `ulimit` and free memory against what a miner needs',
    codes: ['MEMORY_TOO_SMALL', 'MEMORY_SMALL'],
  },
  files: {
    part: 'machine',
    what: 'how many files may be open, against `--limits-connections` and `--concurrency`',
    codes: ['FILES_TOO_FEW', 'FILES_FEW'],
  },
  disk: {
    part: 'machine',
    what: 'whether the data folder can be written, whose it is, and the room of its disk for nonces, the request log and log files',
    codes: ['FOLDER_UNWRITABLE', 'FOLDER_FOREIGN', 'DISK_NO_ROOM', 'DISK_NO_INODES', 'DISK_SMALL'],
  },
  logfile: {
    part: 'machine',
    what: 'whether the file of `--log-file`, or the one that a link leads to, can be written, whose it is, the room of its disk, and whether another miner writes it',
    codes: ['LOG_FILE_UNWRITABLE', 'LOG_FILE_BUSY', 'LOG_FILE_NO_ROOM', 'LOG_FILE_ROOM_SMALL', 'LOG_FILE_UNSAFE'],
  },
  requestlog: {
    part: 'machine',
    what: 'whether the request log opens, whose it is, who else may read it, and its size against its retention',
    codes: [
      'REQUEST_LOG_UNSAFE',
      'REQUEST_LOG_VERSION',
      'REQUEST_LOG_BROKEN',
      'REQUEST_LOG_UNREADABLE',
      'REQUEST_LOG_LOCKED',
      'REQUEST_LOG_SHARED',
      'REQUEST_LOG_LARGE',
    ],
  },
  wallet: {
    part: 'wallet',
    what: 'whether the hotkey can be opened, by its password too, and who else may read it',
    codes: ['KEYFILE_SHARED', 'KEYFILE_FOREIGN', 'PASSWORD_MISSING', 'HOTKEY_NOT_FOUND'],
  },
  chain: {
    part: 'subnet',
    what: 'whether the chain is reached, how old its latest block is, and the clock against that',
    codes: ['UNREACHABLE', 'WRONG_CHAIN', 'SUBNET_UNKNOWN', 'CLOCK_WRONG', 'HEAD_OLD'],
  },
  registration: {
    part: 'subnet',
    what: 'whether the hotkey is registered, its immunity, its incentive and its emission',
    codes: ['UNREGISTERED', 'IMMUNITY_ENDS', 'NO_INCENTIVE', 'LOWEST_EMISSION'],
  },
  callers: {
    part: 'subnet',
    what: 'whether the settings admit the validators of the subnet',
    codes: ['NO_CALLERS', 'CALLERS_FEW'],
  },
  port: {
    part: 'axon',
    what: 'whether the axon can listen on its port, and the admin port can open, or which program holds it',
    codes: ['PORT_TAKEN', 'PORT_FORBIDDEN', 'HOST_FOREIGN', 'PORT_UNUSABLE', 'PORT_CHANGES'],
  },
  serving: {
    part: 'axon',
    what: 'how the miner on this machine does, and what it refused in the last hour, by its state file and its admin port',
    codes: [
      'NOT_SERVING',
      'STANDINGS_OLD',
      'STORE_FAILS',
      'NONCES_UNKNOWN',
      'CLOCK_SET_BACK',
      'ANSWERS_FAIL',
      'PLACES_FEW',
      'RATE_LOW',
      'SERVING_ENDS',
      'ENDPOINT_RESTS',
    ],
  },
  address: {
    part: 'axon',
    what: 'the announced address against that of this machine, and what answers there',
    codes: ['UNANNOUNCED', 'ANNOUNCED_ELSEWHERE', 'UNROUTABLE', 'ADDRESS_TAKEN', 'ADDRESS_IPV6', 'ANNOUNCEMENT_WAITS'],
  },
  headers: {
    part: 'axon',
    what: 'whether the headers of a signed request arrive through what stands in front of the axon',
    codes: ['HEADERS_STRIPPED', 'PROXY_UNTRUSTED'],
  },
  endpoints: {
    part: 'model',
    what: 'each endpoint and key, the model, and parameters that are refused',
    codes: ['SOURCE_NOTE'],
  },
  slots: {
    part: 'model',
    what: '`--concurrency` against the questions that the servers of the models answer at once',
    codes: ['SLOTS_FEW'],
  },
  speed: {
    part: 'model',
    what: 'the speed of the model against the time that validators wait',
    codes: ['ANSWER_LATE', 'ANSWER_CUT'],
  },
  miner: { part: 'model', what: 'what the miner finds itself, by its method `diagnose`', codes: [] },
  budget: {
    part: 'money',
    what: 'whether a budget can be kept with the prices that are known, and how much of it is left today',
    codes: ['BUDGET_USED_UP', 'BUDGET_NEAR', 'BUDGET_UNREADABLE', 'BUDGET_AHEAD'],
  },
} as const satisfies Readonly<
  Record<string, { readonly part: string; readonly what: string; readonly codes: readonly string[] }>
>

export type CheckName = keyof typeof doctorTable

export const checkNames = Object.keys(doctorTable) as readonly CheckName[]
