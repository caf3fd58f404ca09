import { observe } from '../../axon/events.js'
import { ConfigError } from '../../config/config-error.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import type { Problem } from '../../config/problem.js'
import type { DayLimit } from '../../money/amount.js'
import type { BudgetLimits } from '../../money/budget/budget.js'
import type { Unpriced } from '../../money/budget/unpriced.js'
import type { Money } from '../../money/open-money.js'
import type { PriceList } from '../../money/prices/price-list.js'
import type { ModelSource } from '../../plugin/money/spending.js'
import { shellWord } from '../../text/shell-word.js'
import type { Builder } from '../scope.js'
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
  const [{ budgetLimits, hasBudget, openMoney }, { moneyFolder }, { openPriceList }, { listSources }] =
    await Promise.all([
      import('../../money/open-money.js'),
      import('../../money/money-folder.js'),
      import('../../money/prices/price-list.js'),
      import('../../plugin/run/list-sources.js'),
    ])
  const configuration = from.resolve(CONFIGURATION)
  const log = from.resolve(LOG)
  const miner = await from.resolve(MINER)
  const sources = listSources(miner)
  const prices = await openPriceList(valuesOf(configuration, hostSections.prices).prices, sources)
  const limits = budgetLimits(valuesOf(configuration, hostSections.budget))
  if (hasBudget(limits)) {
    const problems =
      sources.length > 0
        ? await unkeepable(configuration, { sources, prices, limits })
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

type Kept = {
  readonly sources: readonly ModelSource[]
  readonly prices: PriceList
  readonly limits: BudgetLimits
}

/** Returns why no budget can be kept, or nothing could be asked within it. */
async function unkeepable(
  configuration: Configuration,
  { sources, prices, limits }: Kept,
): Promise<readonly Problem[]> {
  const [{ unpricedOf }, { mostOfRequest }, { leastLimitText, usdText }] = await Promise.all([
    import('../../money/budget/unpriced.js'),
    import('../../money/budget/gate.js'),
    import('../../money/amount.js'),
  ])
  const unpriced = unpricedOf(sources, prices)
  if (unpriced.length > 0) return unpriced.map(one => unpricedProblem(configuration, one))
  const most = mostOfRequest(sources, prices, 0)
  const what = `one answer may cost ${usdText(most)} usd, so that it admits no request`
  const least = leastLimitText(mostOfRequest(sources, prices, SHORT_REQUEST))
  const hint = `raise it to at least ${least}, or lower --max-tokens`
  const admitsNone = (limit: DayLimit | null) => limit !== null && limit.nano < most
  const ofHotkeys = [...limits.hotkeys].filter(([, limit]) => admitsNone(limit))
  return [
    ...(admitsNone(limits.all) ? [problem(configuration, { what, hint, path: 'budget.limit' })] : []),
    ...(admitsNone(limits.each) ? [problem(configuration, { what, hint, path: 'budget.each' })] : []),
    ...ofHotkeys.map(([hotkey]) =>
      problem(configuration, {
        what,
        hint: `${hint}; to shut the hotkey out, name it in policy.deny`,
        path: 'budget.hotkeys',
        key: hotkey,
      }),
    ),
  ]
}

/** Bytes of the body of a short question. */
const SHORT_REQUEST = 1_024

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

function unpricedProblem(configuration: Configuration, { source, lacks }: Unpriced): Problem {
  const { endpoint, model } = source
  const name = `${model} at ${endpoint}`
  if (lacks === 'price')
    return problem(configuration, {
      what: `${name} has no price in dollars per million tokens`,
      hint: priceCommand(configuration, name),
    })
  return problem(configuration, {
    what: `nothing limits the tokens of an answer of ${name}`,
    hint: `set --max-tokens, or maxOutput of prices.${JSON.stringify(name)} in the configuration file`,
  })
}

/** A line to add to the file would be wrong below another table, and below `[prices]` it would need another form. */
function priceCommand({ origins }: Configuration, name: string): string {
  const [file] = [...origins.values()].flatMap(origin => (origin.from === 'file' ? [origin.file] : []))
  const words = [`prices.${name}`, '{"input":0.10,"output":0.40}', ...(file === undefined ? [] : ['--config', file])]
  return `miner config set ${words.map(shellWord).join(' ')}`
}

function sourcelessProblem(configuration: Configuration, miner: string): Problem {
  const what = `the miner ${miner} does not tell which models it asks`
  return problem(configuration, { what, hint: 'use another miner, or remove the budget' })
}

type What = { readonly what: string; readonly hint: string; readonly path?: string; readonly key?: string }

/**
 * @param about.path of the budget; by default that of the first one that is set
 * @param about.key of an entry of its table
 */
function problem(configuration: Configuration, { what, hint, path = budgetPath(configuration), key }: What): Problem {
  const origin = configuration.origins.get(path)
  const name = key === undefined ? path : `${path}.${key}`
  return { code: 'RULE_BROKEN', path: name, message: `${name} cannot be kept: ${what}`, origin, hint }
}

function budgetPath(configuration: Configuration): string {
  const { limit, each } = valuesOf(configuration, hostSections.budget)
  if (limit !== 'none') return 'budget.limit'
  return each !== 'none' ? 'budget.each' : 'budget.hotkeys'
}
