import { networkName } from '../../app/chain/network-name.js'
import type { Scope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { keepState } from '../../app/state/keep-state.js'
import { statePath } from '../../app/state/serving-state.js'
import {
  CHAIN_FOLDER,
  CHOSEN_DIALECT,
  CHOSEN_MINER,
  CONFIGURATION,
  LOG,
  MINER,
  POLICY,
  REQUEST_STATS,
  RESOURCES,
} from '../../app/tokens.js'
import type { Axon } from '../../axon/serve-axon.js'
import { valuesOf } from '../../config/configuration.js'
import type { NeuronLife } from '../../neuron/start-neuron.js'

/** A miner that serves on a subnet. */
type OnSubnet = { readonly axon: Axon; readonly neuron: NeuronLife }

/** Keeps the file that `miner status` reads, until it is disposed or the scope closes. */
export async function keepStatus(scope: Scope, { axon, neuron }: OnSubnet): Promise<AsyncDisposable> {
  const policy = await scope.resolve(POLICY)
  const { priority, blacklist } = await scope.resolve(MINER)
  const configuration = scope.resolve(CONFIGURATION)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const { hotkey, url, port } = axon
  const state = keepState({
    path: statePath(scope.resolve(CHAIN_FOLDER), { netuid, hotkey }),
    log: scope.resolve(LOG),
    stats: await scope.resolve(REQUEST_STATS),
    standings: neuron.standings,
    policy,
    rateLeft: caller => axon.rateLeft(caller),
    ratesLeft: () => axon.ratesLeft(),
    neuron: () => neuron.report(),
    load: () => axon.load(),
    store: () => axon.storeState(),
    forged: () => axon.claims.recent(),
    network: networkName(valuesOf(configuration, hostSections.subtensor).network),
    netuid,
    hotkey,
    url,
    port,
    miner: scope.resolve(CHOSEN_MINER).name,
    dialect: scope.resolve(CHOSEN_DIALECT).name,
    hasPriority: priority !== undefined,
    hasBlacklist: blacklist !== undefined,
  })
  return scope.resolve(RESOURCES).own(state)
}
