import type { DialectDefinition } from '../plugin/dialect.js'
import type { Miner } from '../plugin/miner.js'
import type { BudgetGate } from '../plugin/money/budget.js'
import type { PolicySource } from '../plugin/policy.js'
import type { ChainState, Standings } from '../plugin/standing.js'
import type { NonceStore } from '../store/nonce-store.js'
import type { Wire } from '../wires/wire.js'
import type { ProxyProblem } from './http/trusted-proxies.js'
import type { Limits } from './limits.js'
import type { OnHookFailed } from './stages/miner-hooks.js'
import type { CheckSignatures } from './state/signature-queue.js'

/** What an axon is opened with. */
export type AxonOptions = {
  /** identifies the axon in the records of its requests; by default a random UUID */
  readonly id?: string
  /** our own hotkey, ss58, which callers name as the receiver in what they sign */
  readonly hotkey: string
  /** null: every address of this machine, IPv6 and IPv4 */
  readonly host: string | null
  /** 0 picks a free one */
  readonly port: number
  readonly wires: readonly [Wire, ...Wire[]]
  readonly dialect: DialectDefinition
  readonly miner: Miner
  /** the operator's choice, for records */
  readonly minerName: string
  /** who may ask, and how often; each request keeps the one that was in force when it arrived */
  readonly policy: PolicySource
  /** looks a claimed hotkey up, once for each request; without a chain `() => 'unregistered'` */
  readonly standings: Standings
  /** for `/healthz`; absent without a chain */
  readonly chainState?: () => ChainState
  readonly verify: CheckSignatures
  /** how many signatures `verify` gets at once, at most; by default 8, for a check on the axon's own thread */
  readonly verifyBatch?: number | undefined
  /** signs a message with our hotkey: 64 bytes */
  readonly sign: (message: Uint8Array) => Uint8Array
  readonly onHookFailed: OnHookFailed
  /** how many requests are answered at once, and how many may wait */
  readonly concurrency: number
  readonly queue: number
  /** bytes */
  readonly maxBody: number
  readonly maxTimeoutMs: number
  /** how long before the caller's time-out an answer is due; at most a tenth of the time-out */
  readonly marginMs: number
  /** whether an answer is cut at the deadline, where the dialect allows it */
  readonly mayCut: boolean
  /** receives unexpected errors outside of a request, for the log */
  readonly onError: (error: unknown) => void
  /** called once, when it begins to drain or to close */
  readonly onDraining?: () => void
  /** called when the axon is closed, and no further record of a request will come */
  readonly onClosed?: () => void
  /** epoch milliseconds */
  readonly now?: () => number
  /** where the spent nonces are; by default in memory. Its opener closes it, after the axon */
  readonly nonces?: NonceStore
  /** whether registered and allowed callers may sign legacy nonces, those of SDK 6.0 to 7.1; by default not */
  readonly legacyNonces?: boolean
  /** addresses and networks whose `X-Forwarded-For` names the caller; by default none */
  readonly trustedProxies?: readonly string[]
  /** called once when a peer that is not a trusted proxy sends the header, and once when a trusted proxy sends no address in it */
  readonly onProxyProblem?: (problem: ProxyProblem, peer: string) => void
  /** what requests may cost; absent: without a limit */
  readonly budget?: BudgetGate | undefined
  /** overrides of `defaultAxonLimits` */
  readonly limits?: Partial<Limits>
}
