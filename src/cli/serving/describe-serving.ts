import { networkName } from '../../app/chain/network-name.js'
import type { Scope } from '../../app/scope.js'
import { hostSections } from '../../app/settings.js'
import { ADDRESS, CHOSEN_DIALECT, CHOSEN_MINER, CONFIGURATION } from '../../app/tokens.js'
import type { Axon } from '../../axon/serve-axon.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import type { NeuronLife } from '../../neuron/start-neuron.js'
import { axonText } from '../../text/axon-text.js'
import { settingPath } from '../choose-plugin.js'
import type { Answering } from './query-line.js'
import { callersText, mayAsk } from './who-may-ask.js'

/** An axon that serves, as the log and the banner show it. */
export type Serving = Answering & {
  /** the name of the miner */
  readonly use: string
  readonly models: readonly string[]
  /** null without a chain */
  readonly place: SubnetPlace | null
  /** who may ask */
  readonly callers: string
}

/** Where a miner lives, and what it tells the chain. */
export type SubnetPlace = {
  readonly network: string
  readonly netuid: number
  /** null while the chain has not told it */
  readonly uid: number | null
  /** null with `--no-announce` */
  readonly announces: string | null
}

type Opened = {
  readonly axon: Axon
  /** null without a chain */
  readonly neuron: NeuronLife | null
  readonly dev: boolean
  /** what `--config` names */
  readonly configFile: string | undefined
}

/** Describes an axon that has opened, from what the scope chose and built. */
export async function describeServing(scope: Scope, { axon, neuron, dev, configFile }: Opened): Promise<Serving> {
  const configuration = scope.resolve(CONFIGURATION)
  const standings = neuron?.standings ?? (() => 'unregistered' as const)
  const answers = mayAsk(configuration, { standings, hasChain: neuron !== null })
  return {
    url: axon.url,
    hotkey: axon.hotkey,
    dev,
    dialect: scope.resolve(CHOSEN_DIALECT),
    dialectFile: dialectFileOf(configuration),
    configuration,
    configFile,
    mayAsk: answers,
    ...minerOf(scope),
    place: neuron && (await placeOf(scope, { axon, neuron })),
    callers: callersText(configuration, { metagraph: neuron?.report().metagraph ?? null, mayAsk: answers }),
  }
}

function minerOf(scope: Scope): Pick<Serving, 'use' | 'models'> {
  const { name, models } = scope.resolve(CHOSEN_MINER)
  return { use: name, models: models?.(scope.resolve(CONFIGURATION).values[name] as Record<string, unknown>) ?? [] }
}

function dialectFileOf({ values, origins }: Configuration): string | undefined {
  const file = values.dialectFile
  return typeof file === 'string' ? settingPath(file, origins.get('dialectFile')!) : undefined
}

async function placeOf(scope: Scope, { axon, neuron }: { axon: Axon; neuron: NeuronLife }): Promise<SubnetPlace> {
  const configuration = scope.resolve(CONFIGURATION)
  const { externalPort = axon.port } = valuesOf(configuration, hostSections.axon)
  const address = await scope.resolve(ADDRESS)
  return {
    network: networkName(valuesOf(configuration, hostSections.subtensor).network),
    netuid: valuesOf(configuration, hostSections.subnet).netuid,
    uid: neuron.report().uid,
    announces: address && axonText({ ip: address.ip, port: externalPort }),
  }
}
