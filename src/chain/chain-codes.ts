import type { ErrorCodes } from '../text/error-codes.js'

/** The one table of `ChainError` codes. Codes are API: add freely, rename with a major version. */
export const chainCodes = {
  UNREACHABLE: {
    meaning: 'none of the endpoints of the chain answers',
    remedy: 'check the network of this machine, or name other endpoints with `--chain-endpoint`',
  },
  WRONG_CHAIN: {
    meaning: 'an endpoint belongs to another chain than `--network` names: its first block differs',
    remedy: 'name an endpoint of that network, or give the URL itself as `--network`',
  },
  CALL_TIMEOUT: {
    meaning: 'an endpoint of the chain takes too long to answer a call',
    remedy: 'try again, or name another endpoint first with `--chain-endpoint`',
  },
  CALL_FAILED: {
    meaning: 'an endpoint of the chain refuses a call, or closes the connection during it',
    remedy: 'try again, or name another endpoint first with `--chain-endpoint`',
  },
  ENDPOINT_BUSY: {
    meaning: 'an endpoint of the chain limits the rate of this machine',
    remedy: 'wait, or name another endpoint with `--chain-endpoint`',
  },
  RUNTIME_UNSUPPORTED: {
    meaning: 'the runtime of the chain has a shape that this version cannot read',
    remedy: 'update the miner: `npm install -g bittensor-miner@latest`',
  },
  SUBNET_UNKNOWN: { meaning: 'the chain has no such subnet', remedy: 'name one with `--netuid`' },
  NOT_REGISTERED: {
    meaning: 'the hotkey is not registered on the subnet',
    remedy: 'register it with `btcli subnet register`, or choose another with `--wallet-hotkey`',
  },
  ANNOUNCED_TOO_OFTEN: {
    meaning: 'the subnet limits how often an axon may be announced',
    remedy: 'wait until the serving rate limit has passed: 50 blocks, which are 10 minutes, on most subnets',
  },
  ADDRESS_REFUSED: {
    meaning: 'the chain refuses the address of the axon',
    remedy: 'give the public address with `--axon-external-ip`',
  },
  PORT_REFUSED: {
    meaning: 'the chain refuses the port of the axon',
    remedy: 'give another with `--axon-external-port`',
  },
  ANNOUNCEMENT_REFUSED: {
    meaning: 'the chain refuses the announcement for another reason',
    remedy: 'see the reason; the axon goes on serving',
  },
  NOT_INCLUDED: {
    meaning: 'no block included the announcement in time',
    remedy: 'wait: the miner tries again',
  },
} satisfies ErrorCodes
