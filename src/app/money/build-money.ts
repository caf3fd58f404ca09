import { observe } from '../../axon/events.js'
import { ConfigError } from '../../config/config-error.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import type { Problem } from '../../config/problem.js'
import type { Money } from '../../money/open-money.js'
import type { Miner } from '../../plugin/miner.js'
import type { Builder } from '../scope.js'
import { hostSections } from '../settings.js'
import { AXON_ID, CHAIN_FOLDER, CHOSEN_MINER, CONFIGURATION, HOTKEY, LOG, MINER, RESOURCES } from '../tokens.js'

/**
 * Opens the ledger of what answers cost, and the budget if there is one. It counts the requests of the axon of this scope. A
 * miner that keeps nothing on the disk (`--store memory`) keeps them in memory.
 *
 * @throws {ConfigError} CONFIG_INVALID when there is a budget, and a model has no price
 * @throws {MoneyError} with each of its codes
 */
export async function buildMoney(from: Builder): Promise<Money> {
  const [{ budgetLimits, hasBudget, openMoney }, { moneyFolder }, { openPriceList }] = await Promise.all([
    import('../../money/open-money.js'),
    import('../../money/money-folder.js'),
    import('../../money/prices/price-list.js'),
  ])
  const configuration = from.resolve(CONFIGURATION)
  const log = from.resolve(LOG)
  const miner = await from.resolve(MINER)
  const sources = miner.sources?.() ?? []
  const prices = await openPriceList(valuesOf(configuration, hostSections.prices).prices, sources)
  const limits = budgetLimits(valuesOf(configuration, hostSections.budget))
  if (hasBudget(limits)) {
    const { unpricedOf } = await import('../../money/budget/unpriced.js')
    const problems = miner.sources
      ? unpricedOf(sources, prices).map(unpriced => unpricedProblem(configuration, unpriced))
      : [sourcelessProblem(configuration, from.resolve(CHOSEN_MINER).name)]
    if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
  }
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const { store } = valuesOf(configuration, hostSections.axon)
  const { address: hotkey } = await from.resolve(HOTKEY)
  const money = await openMoney({
    prices,
    sources,
    limits,
    folder: store === 'memory' ? null : moneyFolder(from.resolve(CHAIN_FOLDER), { netuid, hotkey }),
    now: Date.now,
    onEvent: ({ level, ...record }) => log[level](record),
  })
  return from.resolve(RESOURCES).own(observed(money, from))
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

type Sources = NonNullable<Miner['sources']>
type Unpriced = { readonly source: ReturnType<Sources>[number]; readonly lacks: 'price' | 'maxOutput' }

function unpricedProblem(configuration: Configuration, { source, lacks }: Unpriced): Problem {
  const { endpoint, model } = source
  const key = `prices.${JSON.stringify(`${model} at ${endpoint}`)}`
  if (lacks === 'price')
    return problem(configuration, {
      what: `${model} at ${endpoint} has no price`,
      hint: `give it in the configuration file, in dollars per million tokens: ${key} = { input = 0.10, output = 0.40 }`,
    })
  return problem(configuration, {
    what: `nothing limits the tokens of an answer of ${model} at ${endpoint}`,
    hint: `set --max-tokens, or maxOutput of ${key} in the configuration file`,
  })
}

function sourcelessProblem(configuration: Configuration, miner: string): Problem {
  const what = `the miner ${miner} does not tell which models it asks`
  return problem(configuration, { what, hint: 'use another miner, or remove the budget' })
}

function problem(configuration: Configuration, { what, hint }: { what: string; hint: string }): Problem {
  const { limit, each } = valuesOf(configuration, hostSections.budget)
  const path = limit !== 'none' ? 'budget.limit' : each !== 'none' ? 'budget.each' : 'budget.hotkeys'
  const origin = configuration.origins.get(path)
  return { code: 'RULE_BROKEN', path, message: `${path} cannot be kept: ${what}`, origin, hint }
}
