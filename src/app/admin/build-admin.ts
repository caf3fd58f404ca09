import { dirname, join } from 'node:path'
import type { OpenAdmin } from '../../admin/open-admin.js'
import { storeHealth } from '../../axon/http/health.js'
import type { Axon } from '../../axon/serve-axon.js'
import { verdictOf } from '../../axon/stages/screen.js'
import { valuesOf } from '../../config/configuration.js'
import type { Money, Spent } from '../../money/open-money.js'
import type { NeuronLife } from '../../neuron/start-neuron.js'
import type { LiveFigures } from '../../observe/live-figures.js'
import type { KnownLabels } from '../../observe/metrics/request-metrics.js'
import type { RequestStats } from '../../observe/request-stats.js'
import type { FigureSources, MoneySource } from '../../observe/sources.js'
import type { EndpointHealth } from '../../plugin/miner.js'
import { networkName } from '../chain/network-name.js'
import { packageInfo } from '../package-info.js'
import type { Builder, Resolver } from '../scope.js'
import { hostSections } from '../settings.js'
import {
  AXON,
  AXON_ID,
  CHAIN_FOLDER,
  CHOSEN_DIALECT,
  CHOSEN_MINER,
  CONFIGURATION,
  HOTKEY,
  LOG,
  MINER,
  MONEY,
  NEURON,
  POLICY,
  REQUEST_STATS,
  RESOURCES,
} from '../tokens.js'
import { wires } from '../wires.js'
import { budgetStatus, callerBudgets, hotkeyBudget } from './budget-status.js'

/** Returns the folder of the admin port, in the data folder. */
export function adminFolder(from: Resolver): string {
  return join(dirname(from.resolve(CHAIN_FOLDER)), 'admin')
}

/** Counts the requests of the axon, from when it is built. */
export async function buildRequestStats(from: Builder): Promise<RequestStats> {
  const { RequestStats } = await import('../../observe/request-stats.js')
  const [policy, neuron, hotkey] = await Promise.all([from.resolve(POLICY), from.resolve(NEURON), from.resolve(HOTKEY)])
  const standings = neuron?.standings ?? (() => 'unregistered' as const)
  const stats = new RequestStats({
    axon: from.resolve(AXON_ID),
    hotkey: hotkey.address,
    hasRow: one => policy.allows(one) || typeof standings(one) === 'object',
    now: Date.now,
    onError: observerFailed(from),
  })
  return from.resolve(RESOURCES).own(stats)
}

/**
 * Opens the admin port, when the settings name one: before the chain is asked, so that a start that takes long can be watched,
 * and a port that is in use ends it at once.
 */
export async function buildAdmin(from: Builder): Promise<OpenAdmin | null> {
  const { port, ...settings } = valuesOf(from.resolve(CONFIGURATION), hostSections.admin)
  if (port === undefined) return null
  const [{ openAdmin }, { readOrMakeToken, tokenPath }, { readPage }] = await Promise.all([
    import('../../admin/open-admin.js'),
    import('../../admin/token-file.js'),
    import('../../admin/http/page-files.js'),
  ])
  const folder = adminFolder(from)
  const token = settings.token ?? (await readOrMakeToken(folder))
  const admin = await openAdmin({
    host: settings.host,
    port,
    allowedHosts: settings.allowHost,
    token,
    page: await readPage(),
    onError: observerFailed(from),
  })
  const { url, show } = from.resolve(RESOURCES).own(admin)
  return { url, show, token, tokenFile: settings.token === undefined ? tokenPath(folder) : null }
}

/** Has an admin port show the miner, whose axon is open, and tells other commands of it. */
export async function showOnAdmin(from: Resolver, admin: OpenAdmin): Promise<void> {
  const [{ tellRunning }, { openMetrics }] = await Promise.all([
    import('../../admin/running-ports.js'),
    import('../../observe/metrics/open-metrics.js'),
  ])
  const resources = from.resolve(RESOURCES)
  const axon = await from.resolve(AXON)
  const neuron = await from.resolve(NEURON)
  const sources = await figureSources(from, { axon, neuron })
  const figures = await openFigures(from, sources)
  const isStoreFailing = () => storeHealth(axon.storeState(), Date.now()) !== undefined
  const metrics = resources.own(
    openMetrics({
      axon: from.resolve(AXON_ID),
      hotkey: axon.hotkey,
      known: await knownLabels(from, sources),
      mayAsk: await mayAsk(from),
      costsOf: sources.money?.costsOf,
      sources,
      isStoreFailing,
      dropped: () => figures.dropped,
      maxTimeoutMs: valuesOf(from.resolve(CONFIGURATION), hostSections.axon).maxTimeout,
      now: Date.now,
      onError: observerFailed(from),
    }),
  )
  admin.show({
    figures,
    readiness: () => readiness({ axon, neuron }, isStoreFailing()),
    metrics: () => metrics.text(),
  })
  const { url, token, tokenFile } = admin
  const { netuid } = sources.miner
  const about = { url, token, tokenFile, hotkey: axon.hotkey, ...(netuid !== undefined && { netuid }) }
  resources.own(await tellRunning(adminFolder(from), about))
}

async function openFigures(from: Resolver, sources: FigureSources): Promise<LiveFigures> {
  const { LiveFigures } = await import('../../observe/live-figures.js')
  const neuron = await from.resolve(NEURON)
  return from.resolve(RESOURCES).own(
    new LiveFigures({
      axon: from.resolve(AXON_ID),
      hotkey: sources.miner.hotkey,
      stats: await from.resolve(REQUEST_STATS),
      sources,
      standings: neuron?.standings ?? (() => 'unregistered'),
      mayAsk: await mayAsk(from),
      now: Date.now,
      onError: observerFailed(from),
    }),
  )
}

/** Tells the hotkeys that an operator wants answered: with a validator permit, or allowed by name, unless denied by name. */
async function mayAsk(from: Resolver): Promise<(hotkey: string) => boolean> {
  const [policy, neuron] = await Promise.all([from.resolve(POLICY), from.resolve(NEURON)])
  return hotkey => {
    if (policy.allows(hotkey)) return true
    const standing = neuron?.standings(hotkey)
    if (typeof standing !== 'object' || !standing.hasPermit) return false
    const verdict = verdictOf(policy.source.current.rules, hotkey, standing)
    return verdict.allow !== false || verdict.denied !== true
  }
}

type Served = { readonly axon: Axon; readonly neuron: NeuronLife | null }

async function figureSources(from: Resolver, { axon, neuron }: Served): Promise<FigureSources> {
  const { ChainFigures } = await import('../../observe/chain-figures.js')
  const configuration = from.resolve(CONFIGURATION)
  const { name, models } = from.resolve(CHOSEN_MINER)
  const miner = await from.resolve(MINER)
  const chain = neuron && new ChainFigures(() => neuron.report())
  return {
    miner: {
      version: packageInfo().version,
      pid: process.pid,
      url: axon.url,
      port: axon.port,
      hotkey: axon.hotkey,
      use: name,
      models: models?.(configuration.values[name] as Record<string, unknown>) ?? [],
      dialect: from.resolve(CHOSEN_DIALECT).name,
      wires: wires.map(wire => wire.name),
      ...(neuron && {
        network: networkName(valuesOf(configuration, hostSections.subtensor).network),
        netuid: valuesOf(configuration, hostSections.subnet).netuid,
      }),
    },
    isDraining: () => axon.isDraining,
    load: () => axon.load(),
    money: moneySource(await from.resolve(MONEY)),
    health: miner.health && guardedHealth(() => miner.health!(), observerFailed(from)),
    chain: chain ? () => chain.read() : undefined,
  }
}

/** Returns what may be a label of its own: what the dialect and the settings name. */
async function knownLabels(from: Resolver, { miner, health }: FigureSources): Promise<KnownLabels> {
  const stats = await from.resolve(REQUEST_STATS)
  const { synapses, routes = {} } = from.resolve(CHOSEN_DIALECT)
  return {
    synapses: [...Object.keys(synapses), ...Object.keys(routes), 'Synapse'],
    models: miner.models,
    endpoints: (health?.() ?? []).map(({ endpoint }) => endpoint),
    hasRow: hotkey => stats.hasRow(hotkey),
  }
}

/** Returns what the figures tell of money; undefined: no price is known. */
function moneySource(money: Money): MoneySource | undefined {
  if (!money.hasPrices) return undefined
  return {
    costOf: record => money.costOf(record),
    costsOf: record => money.costsOf(record),
    status() {
      const { usd, unknown, until, budget } = money.today()
      const callers = money.callerBudgets()
      return {
        today: known({ usd, unknown }),
        ...(budget && { budget: { ...budgetStatus(budget), reservedUsd: budget.reservedUsd, until } }),
        ...(callers && callerBudgets(callers)),
      }
    },
    spentBy: hotkey => known(money.spentBy(hotkey)),
    budgetOf(hotkey) {
      const budget = money.budgetOf(hotkey)
      return budget ? budgetStatus(budget) : undefined
    },
    hotkeyBudgets: () => money.callerBudgets()?.map(hotkeyBudget),
  }
}

function known({ usd, unknown }: Spent): { readonly usd?: number; readonly unknown: number } {
  return usd === null ? { unknown } : { usd, unknown }
}

/** A plugin's `health` may throw: that is reported once until it works again. */
function guardedHealth(
  health: () => readonly EndpointHealth[],
  onError: (error: unknown) => void,
): NonNullable<FigureSources['health']> {
  let isFailing = false
  return () => {
    try {
      const found = health()
      isFailing = false
      return found
    } catch (error) {
      if (!isFailing) onError(error)
      isFailing = true
      return undefined
    }
  }
}

function readiness({ axon, neuron }: Served, isStoreFailing: boolean) {
  if (axon.isDraining) return 'draining'
  if (isStoreFailing) return 'store'
  return neuron?.report().chain === 'unknown' ? 'chain' : 'ready'
}

function observerFailed(from: Resolver): (error: unknown) => void {
  const log = from.resolve(LOG)
  return error => log.error({ event: 'observerFailed', error })
}
