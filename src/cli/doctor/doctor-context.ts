import { adminFolder } from '../../app/admin/build-admin.js'
import type { RunScope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { isServing, readState, type ServingState, statePath } from '../../app/state/serving-state.js'
import { CHAIN_FOLDER, ENDING } from '../../app/tokens.js'
import type { Chain } from '../../chain/chain.js'
import { resolveNetwork } from '../../chain/networks.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import type { Finding } from '../../doctor/check.js'
import { developmentKeys } from '../../keys/development-keys.js'
import { readAddress } from '../../wallet/read-address.js'
import { type CheckResult, checkInTime } from '../check-in-time.js'
import { type Status, statusSource } from '../status/collect-status.js'
import { lookAtChain } from '../subnet/open-chain.js'
import { findLiveMiner, type LiveMiner } from '../top/live-miner.js'

/** What the checks of the doctor look at. Each promise begins when a check asks for it first, and several share it. */
export type DoctorContext = {
  readonly scope: RunScope
  readonly configuration: Configuration
  /** what `--config` names */
  readonly configFile: string | undefined
  /** what `--env-file` names */
  readonly envFile: string | undefined
  readonly dev: boolean
  /** ask the miner a whole question */
  readonly asks: boolean
  /** where validators reach the axon, if the operator names it; null: at the announced address */
  readonly url: URL | null
  /** why the miner or the dialect cannot be loaded; empty: it can */
  readonly unusable: readonly Finding[]
  readonly hasChain: boolean
  /** the chain runs on this machine */
  readonly isLocal: boolean
  readonly hotkey: () => Promise<string | null>
  /** of a miner that runs on this machine for this hotkey and subnet; null: none, or one without a chain */
  readonly running: () => Promise<ServingState | null>
  /** the same by its admin port, with or without a chain; null: none, or it has no admin port */
  readonly live: () => Promise<LiveMiner | null>
  /** rejects without a chain */
  readonly chain: () => Promise<Chain>
  readonly status: () => Promise<Status>
  /** what the miner's own check found; without one, an empty list */
  readonly sources: () => Promise<CheckResult>
}

type Given = Pick<
  DoctorContext,
  'scope' | 'configuration' | 'configFile' | 'envFile' | 'dev' | 'asks' | 'url' | 'unusable'
>

export function doctorContext(given: Given): DoctorContext {
  const { scope, configuration, configFile, dev } = given
  const { network, endpoints } = valuesOf(configuration, hostSections.subtensor)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const hasChain = network !== 'none'
  const hotkey = once(async () => {
    if (dev) return developmentKeys[1].address
    return (await readAddress(valuesOf(configuration, hostSections.wallet))).address
  })
  const running = async () => {
    const address = await hotkey().catch(() => null) // the check of the wallet reports why
    if (address === null || dev) return null
    const { state } = await readState(statePath(scope.resolve(CHAIN_FOLDER), { netuid, hotkey: address }))
    return state && isServing(state, Date.now()) ? state : null
  }
  const live = async () => {
    const address = await hotkey().catch(() => null) // as above
    if (address === null) return null
    const { port } = valuesOf(configuration, hostSections.axon)
    const wanted = { hotkey: address, netuid: hasChain ? netuid : null, port }
    return findLiveMiner(adminFolder(scope), wanted, scope.resolve(ENDING))
  }
  const chain = once(() => lookAtChain(scope))
  return {
    ...given,
    hasChain,
    chain,
    isLocal: hasChain && resolveNetwork(network, endpoints).isLocal,
    hotkey,
    running: once(running),
    live: once(live),
    status: once(async () => {
      if ((await hotkey()) === null)
        throw new Error('the hotkey is encrypted, and its public half is not beside it: see the check wallet')
      const source = await statusSource(scope, { chain: await chain(), configFile })
      return source.read(scope.resolve(ENDING))
    }),
    sources: once(() => checkInTime(scope)),
  }
}

/** Returns the process that serves this hotkey, as far as it tells of itself. @returns port null: it does not tell */
export async function servingProcess({
  running,
  live,
}: Pick<DoctorContext, 'running' | 'live'>): Promise<{ readonly pid: number; readonly port: number | null } | null> {
  const state = await running()
  if (state) return state
  const found = await live()
  return found && { pid: found.pid, port: found.status?.miner.port ?? null }
}

/** Returns a function that runs another one at its first call, and returns the same promise at each. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
