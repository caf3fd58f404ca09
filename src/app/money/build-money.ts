import { observe } from '../../axon/events.js'
import { ConfigError } from '../../config/config-error.js'
import { valuesOf } from '../../config/configuration.js'
import type { Money } from '../../money/open-money.js'
import type { Builder, Resolver } from '../scope.js'
import { hostSections } from '../settings.js'
import { AXON_ID, CHAIN_FOLDER, CHOSEN_MINER, CONFIGURATION, HOTKEY, LOG, MINER, RESOURCES } from '../tokens.js'

/**
 * Opens the ledger of what answers cost, and the budget if there is one. It counts the requests of the axon of this scope. A
 * miner that keeps nothing on the disk (`--store memory`) keeps them in memory.
 *
 * @throws {ConfigError} CONFIG_INVALID when there is a budget, and a model has no price
 * @throws {MoneyError} with each of its codes
 * @throws {NoAnswer} MINER_MISBEHAVES
 */
export async function buildMoney(from: Builder): Promise<Money> {
  const [{ openMoney }, { judgeBudget, spendableOf }] = await Promise.all([
    import('../../money/open-money.js'),
    import('./budget-rules.js'),
  ])
  const configuration = from.resolve(CONFIGURATION)
  const log = from.resolve(LOG)
  const { isLimited, ...spendable } = await spendableOf(configuration, await from.resolve(MINER))
  if (isLimited) {
    const miner = from.resolve(CHOSEN_MINER).name
    const { problems } = await judgeBudget(configuration, { ...spendable, isLimited, miner })
    if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
  }
  const { address } = await from.resolve(HOTKEY)
  const money = await openMoney({
    ...spendable,
    folder: await moneyFolderOf(from, address),
    now: Date.now,
    onEvent: ({ level, ...record }) => log[level](record),
  })
  return from.resolve(RESOURCES).own(observed(money, from))
}

/** Returns where the money of a hotkey is counted; null: in memory. */
export async function moneyFolderOf(from: Resolver, hotkey: string): Promise<string | null> {
  const { moneyFolder } = await import('../../money/money-folder.js')
  const configuration = from.resolve(CONFIGURATION)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const { store } = valuesOf(configuration, hostSections.axon)
  return store === 'memory' ? null : moneyFolder(from.resolve(CHAIN_FOLDER), { netuid, hotkey })
}

/** Has the requests of the axon counted until it is disposed. */
function observed(money: Money, from: Builder): Money {
  const axon = from.resolve(AXON_ID)
  const log = from.resolve(LOG)
  const onError = (error: unknown) => log.error({ event: 'observerFailed', error })
  const stops = (['answered', 'failed', 'cancelled'] as const).map(event =>
    observe(event, record => record.axon === axon && money.add(record), onError),
  )
  return {
    ...money,
    async [Symbol.asyncDispose]() {
      for (const stop of stops) stop()
      await money[Symbol.asyncDispose]()
    },
  }
}
