import { networkName } from '../../app/chain/network-name.js'
import type { RunScope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { isServing, readState, type ServingState, statePath } from '../../app/state/serving-state.js'
import { CHAIN_FOLDER, CONFIGURATION } from '../../app/tokens.js'
import { valuesOf } from '../../config/configuration.js'
import { isRunning } from '../../disk/processes.js'
import type { DialectDefinition } from '../../plugin/dialect.js'
import { readAddress } from '../../wallet/read-address.js'
import { WalletError } from '../../wallet/wallet-error.js'
import { UsageError } from '../errors/usage-error.js'

/** Whose miner is looked for on this machine. */
export type WantedMiner = {
  /** as `wallet/hotkey` */
  readonly wallet: string
  readonly netuid: number
  readonly network: string
  /** ss58; null: not known without a password, or at all */
  readonly hotkey: string | null
  /** why the wallet has no such hotkey */
  readonly error: WalletError | null
}

/** A miner that runs, as far as its file tells. */
export type RunningMiner = ServingState & {
  readonly policy: NonNullable<ServingState['policy']>
  /** whether this machine has no such process: it was killed within the last minute, or runs in another container */
  readonly isGone: boolean
}

export type FoundMiner = {
  /** null: the miner has no chain, so that its process cannot be found */
  readonly wanted: WantedMiner | null
  /** null: none runs */
  readonly running: RunningMiner | null
}

/** Looks for the running miner of the configured hotkey, by the file that it keeps. */
export async function findMiner(scope: RunScope): Promise<FoundMiner> {
  const configuration = scope.resolve(CONFIGURATION)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const { network } = valuesOf(configuration, hostSections.subtensor)
  if (network === 'none') return { wanted: null, running: null }

  const wanted = { ...(await ownHotkey(scope)), netuid, network: networkName(network) }
  const { hotkey } = wanted
  const running = hotkey === null ? null : await runningMiner(scope.resolve(CHAIN_FOLDER), { ...wanted, hotkey })
  return { wanted, running }
}

/**
 * Checks that a running miner speaks the dialect whose synapse this command explains.
 *
 * @throws {UsageError} OTHER_DIALECT
 */
export function requireDialect({ running }: FoundMiner, { name }: DialectDefinition): void {
  if (!running || running.dialect === name) return
  throw new UsageError(
    'OTHER_DIALECT',
    `the running miner, process ${running.pid}, speaks the dialect ${running.dialect}, and this command ${name}`,
    `add --dialect ${running.dialect}, or the --dialect-file of the miner`,
  )
}

async function ownHotkey(scope: RunScope): Promise<Pick<WantedMiner, 'wallet' | 'hotkey' | 'error'>> {
  const name = valuesOf(scope.resolve(CONFIGURATION), hostSections.wallet)
  const wallet = `${name.name}/${name.hotkey}`
  try {
    return { wallet, hotkey: (await readAddress(name)).address, error: null }
  } catch (error) {
    // The configuration has a policy without it.
    if (error instanceof WalletError) return { wallet, hotkey: null, error }
    throw error
  }
}

async function runningMiner(
  folder: string,
  { network, ...of }: { readonly netuid: number; readonly hotkey: string; readonly network: string },
): Promise<RunningMiner | null> {
  const { state } = await readState(statePath(folder, of))
  if (!state?.policy || !isServing(state, Date.now()) || state.network !== network) return null
  return { ...state, policy: state.policy, isGone: !(await isRunning({ pid: state.pid })) }
}
