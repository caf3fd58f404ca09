import type { ErrorCodes } from '../../text/error-codes.js'

/** The one table of the problems that `miner status` finds, beside the errors of the chain. */
export const statusCodes = {
  UNREGISTERED: {
    meaning: 'the hotkey has no place in the subnet, so that no validator asks it',
    remedy: 'register it with `btcli subnet register`, or choose another with `--wallet-hotkey`',
  },
  UNANNOUNCED: {
    meaning: 'the chain holds no address of the axon, so that no validator finds it',
    remedy: 'start `miner serve`, which announces it, or announce it with `miner announce`',
  },
  ANNOUNCED_ELSEWHERE: {
    meaning: 'the chain holds another address than this machine would announce',
    remedy:
      'announce the right one with `miner announce`, or name it with `--axon-external-ip` and `--axon-external-port`; a hotkey that serves from another machine needs `--no-announce` here',
  },
  UNROUTABLE: {
    meaning: 'validators cannot reach the address that the chain holds, or the one that this machine would announce',
    remedy: 'give the public address with `--axon-external-ip`',
  },
  ADDRESS_TAKEN: {
    meaning: 'another program than the axon of this hotkey answers at the announced address',
    remedy: 'check which program listens there, and which address and port a router forwards to this machine',
  },
  NOT_SERVING: {
    meaning: '`miner serve` has ended on this machine, and nothing answers at the announced address',
    remedy: 'start `miner serve` again; its log says why it ended',
  },
  STANDINGS_OLD: {
    meaning: '`miner serve` cannot read the chain, and decides by old standings or by none',
    remedy: 'check its log and its network, or name other endpoints with `--chain-endpoint`',
  },
  STORE_FAILS: {
    meaning:
      '`miner serve` cannot keep the nonces of requests, in its data folder or in Redis, and refuses callers with 503',
    remedy:
      'make room on the disk, or see whether the Redis of `--store` runs and is in reach; the miner goes on by itself',
  },
  NONCES_UNKNOWN: {
    meaning:
      '`miner serve` may have forgotten which requests it answered, and refuses callers with 503 for some seconds: after a first start, a reboot, or a restart of Redis',
    remedy: 'wait; if it comes again, its log tells why (`noncesUnknown`)',
  },
  CLOCK_SET_BACK: {
    meaning:
      'the clock of this machine was set back behind nonces that `miner serve` had dropped, and it refuses callers with 401 until the clock is there again',
    remedy:
      'set the clock by NTP; if it is right now and was wrong before, stop the miner, delete the files `nonces-NETUID-HOTKEY.0` and `.1` in the data folder, and start it again',
  },
  NO_CALLERS: {
    meaning:
      'the settings refuse every neuron of the subnet: because each neuron lacks a validator permit, has less stake than `--min-stake`, or is on `--deny`',
    remedy:
      'on a subnet without permits, `--no-require-permit --min-stake 1000`; otherwise a lower `--min-stake`, or a shorter `--deny`',
  },
  ANSWERS_FAIL: {
    meaning: 'all answers of the last hour failed',
    remedy: 'see why with `miner check`, and in the log of `miner serve`',
  },
  CLOCK_WRONG: {
    meaning:
      'the clock of this machine is behind the chain: validators are refused, because their nonces are in its future',
    remedy: 'set it by NTP',
  },
  HEAD_OLD: {
    meaning: 'the latest block of the chain is minutes old',
    remedy:
      'check the clock of this machine; otherwise the endpoint is behind: name another one first with `--chain-endpoint`',
  },
} satisfies ErrorCodes
