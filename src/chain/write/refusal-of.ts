import { escapeName } from '../../text/escape.js'
import { ChainError, type ChainErrorCode } from '../chain-error.js'

/** The announcement that the chain refuses, as messages name it. */
export type RefusedAnnouncement = {
  readonly hotkey: string
  readonly netuid: number
  readonly ip: string
  readonly port: number
}

/**
 * Returns the error for the reason of a refusal: the name of an error of the pallet (`ServingRateLimitExceeded`) or of an
 * invalid transaction (`Stale`), or a number that stands for one (`Custom(12)`).
 *
 * The same reason comes in two forms. Up to spec 424 a block includes the announcement, and it fails there with the name.
 * From 425 on the announcement is an invalid transaction, with the number.
 */
export function refusalOf(reason: string, refused: RefusedAnnouncement, cause?: unknown): ChainError {
  const name = customReasons.get(reason) ?? reason
  const { code, message, hint } = refusals.get(name) ?? other
  return new ChainError(code, message(refused, escapeName(name)), { hint: hint(refused), cause })
}

/**
 * The numbers that an announcement can meet.
 *
 * @see opentensor/subtensor common/src/transaction_error.rs, `CustomTransactionError`
 */
const customReasons: ReadonlyMap<string, string> = new Map([
  ['Custom(3)', 'SubnetNotExists'],
  ['Custom(6)', 'RateLimitExceeded'],
  ['Custom(10)', 'HotKeyNotRegisteredInNetwork'],
  ['Custom(11)', 'InvalidIpAddress'],
  ['Custom(12)', 'ServingRateLimitExceeded'],
  ['Custom(13)', 'InvalidPort'],
  ['Custom(20)', 'UidNotFound'],
  ['Custom(255)', 'BadRequest'],
])

type RefusalText = {
  readonly code: ChainErrorCode
  message(refused: RefusedAnnouncement, reason: string): string
  hint(refused: RefusedAnnouncement): string
}

const notRegistered: RefusalText = {
  code: 'NOT_REGISTERED',
  message: ({ hotkey, netuid }) => `hotkey ${hotkey} is not registered on subnet ${netuid}`,
  hint: ({ netuid }) => `register it: btcli subnet register --netuid ${netuid}`,
}

const tooOften: RefusalText = {
  code: 'ANNOUNCED_TOO_OFTEN',
  message: ({ netuid }, reason) => `subnet ${netuid} limits how often an axon may be announced (${reason})`,
  hint: () => 'wait until the serving rate limit has passed: 50 blocks, which are 10 minutes, on most subnets',
}

const address: RefusalText = {
  code: 'ADDRESS_REFUSED',
  message: ({ ip }, reason) => `the chain refuses the address ${ip} (${reason})`,
  hint: ({ ip }) =>
    ip === '0.0.0.0'
      ? 'this runtime of the chain takes no announcement back; announce another address instead'
      : 'give the public address of this machine as --axon-external-ip',
}

const port: RefusalText = {
  code: 'PORT_REFUSED',
  message: refused => `the chain refuses port ${refused.port}`,
  hint: () => 'give another as --axon-external-port',
}

const noSubnet: RefusalText = {
  code: 'SUBNET_UNKNOWN',
  message: ({ netuid }) => `the chain has no subnet ${netuid}`,
  hint: () => 'name another with --netuid',
}

/** The announcement is in order, but no block will include it: another one came first, or the node has no room. */
const notIncluded: RefusalText = {
  code: 'NOT_INCLUDED',
  message: (_, reason) => `no block includes the announcement (${reason})`,
  hint: () => 'announce again in some minutes; if it fails again, another program may use the same hotkey',
}

const other: RefusalText = {
  code: 'ANNOUNCEMENT_REFUSED',
  message: (_, reason) => `the chain refuses the announcement: ${reason}`,
  hint: () => 'if the reason remains, update the miner: npm install -g bittensor-miner@latest',
}

/** By the names that runtimes from 103 on have had. */
const refusals: ReadonlyMap<string, RefusalText> = new Map([
  ['HotKeyNotRegisteredInNetwork', notRegistered],
  ['HotKeyNotRegisteredInSubNet', notRegistered],
  ['NotRegistered', notRegistered],
  ['UidNotFound', notRegistered],
  ['ServingRateLimitExceeded', tooOften],
  ['RateLimitExceeded', tooOften],
  ['InvalidIpAddress', address],
  ['InvalidIpType', address],
  ['InvalidPort', port],
  ['SubnetNotExists', noSubnet],
  ['SubNetworkDoesNotExist', noSubnet],
  ['NetworkDoesNotExist', noSubnet],
  ['MechanismDoesNotExist', noSubnet],
  ['Stale', notIncluded],
  ['AncientBirthBlock', notIncluded],
  ['ExhaustsResources', notIncluded],
  ['Future', notIncluded],
  ['TooLowPriority', notIncluded],
  ['TemporarilyBanned', notIncluded],
  ['ImmediatelyDropped', notIncluded],
])
