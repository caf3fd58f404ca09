import type { ChainErrorCode } from './chain-error.js'
import type { AnnouncedAxon, Economy, Metagraph, Subnet } from './metagraph.js'

/** Signs for a hotkey. Only the bytes to sign reach it. */
export type Signer = {
  /** 32 bytes, sr25519 */
  readonly publicKey: Uint8Array
  /** @returns 64 bytes */
  sign(text: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** What a neuron tells the chain of its axon. */
export type Announcement = {
  readonly netuid: number
  /** as text; `0.0.0.0` with port 1 takes an announcement back */
  readonly ip: string
  readonly port: number
  /** of the software, as a number */
  readonly version: number
}

/** What the chain holds of one hotkey on a subnet. */
export type Registration = {
  readonly uid: number
  /** the block at which the hotkey was registered */
  readonly registeredAt: number | null
  readonly hasPermit: boolean
  readonly axon: AnnouncedAxon | null
}

/** The latest finalised block. */
export type ChainHead = {
  readonly number: number
  readonly hash: string
  /** the time that the block itself has (`Timestamp.Now`), epoch milliseconds */
  readonly at: number
  readonly specVersion: number
}

/** The endpoint in use. */
export type Connection = {
  /** without user, password and query */
  readonly endpoint: string
  readonly genesis: string
  /** of one small call, milliseconds */
  readonly latencyMs: number
}

/**
 * A subtensor chain as a miner uses it. Each call takes the best endpoint there is, and fails over to the next; each takes
 * a bounded time. This type is all that stands between the client library and the rest of the program.
 *
 * All calls throw {@link ChainError}, or the reason of the signal that aborts them.
 */
export type Chain = AsyncDisposable & {
  /** Connects if it has to. @throws {ChainError} UNREACHABLE · WRONG_CHAIN */
  connection(signal?: AbortSignal): Promise<Connection>
  head(signal?: AbortSignal): Promise<ChainHead>
  /** @throws {ChainError} SUBNET_UNKNOWN */
  subnet(netuid: number, signal?: AbortSignal): Promise<Subnet>
  /** @throws {ChainError} SUBNET_UNKNOWN · RUNTIME_UNSUPPORTED */
  metagraph(netuid: number, signal?: AbortSignal): Promise<Metagraph>
  /** @throws {ChainError} SUBNET_UNKNOWN · RUNTIME_UNSUPPORTED */
  economy(netuid: number, uid: number, signal?: AbortSignal): Promise<Economy>
  /** @returns null when the hotkey is not registered on the subnet */
  registration(netuid: number, hotkey: string, signal?: AbortSignal): Promise<Registration | null>
  /**
   * Announces an axon, and waits until a block includes that.
   *
   * @returns the block
   * @throws {ChainError} NOT_REGISTERED · ANNOUNCED_TOO_OFTEN · ADDRESS_REFUSED · PORT_REFUSED · SUBNET_UNKNOWN ·
   *   ANNOUNCEMENT_REFUSED · NOT_INCLUDED
   */
  announce(announcement: Announcement, signer: Signer, signal?: AbortSignal): Promise<{ readonly block: number }>
}

/** What happens to the connection, for the log. A hint tells the operator what to do. */
export type ChainEvent =
  | { readonly event: 'chainConnected'; readonly endpoint: string; readonly specVersion: number; readonly ms: number }
  /** the endpoint failed, and another one, or the same later, is tried */
  | {
      readonly event: 'chainEndpointFailed'
      readonly endpoint: string
      readonly code: ChainErrorCode
      readonly reason: string
      readonly hint: string
      readonly retryMs?: number
    }
  /** every endpoint's head is old: this machine's clock is wrong, or the chain stands still */
  | {
      readonly event: 'chainBehind'
      readonly endpoint: string
      readonly behindMs: number
      readonly isOnlyThis: boolean
      readonly hint: string
    }
  /** this machine's clock is wrong, at least by so much; above 0 it is ahead of the chain's */
  | { readonly event: 'chainClock'; readonly endpoint: string; readonly offByMs: number; readonly hint: string }
  /** what the client library would have printed */
  | { readonly event: 'chainLibrary'; readonly text: string }
