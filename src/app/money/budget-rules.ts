import { type Configuration, valuesOf } from '../../config/configuration.js'
import type { Problem } from '../../config/problem.js'
import type { DayLimit } from '../../money/amount.js'
import type { BudgetLimits } from '../../money/budget/budget.js'
import type { Unpriced } from '../../money/budget/unpriced.js'
import type { Nano } from '../../money/prices/price.js'
import type { PriceList } from '../../money/prices/price-list.js'
import type { Miner } from '../../plugin/miner.js'
import type { ModelSource } from '../../plugin/money/spending.js'
import { shellWord } from '../../text/shell-word.js'
import { hostSections } from '../settings.js'

/** What a miner may spend, on which models, at which prices. */
export type Spendable = {
  /** empty: the miner does not tell which models it asks */
  readonly sources: readonly ModelSource[]
  readonly prices: PriceList
  readonly limits: BudgetLimits
  /** whether anything is limited */
  readonly isLimited: boolean
}

/** Returns what the settings let a miner spend. @throws {NoAnswer} MINER_MISBEHAVES */
export async function spendableOf(configuration: Configuration, miner: Miner): Promise<Spendable> {
  const [{ budgetLimits, hasBudget }, { openPriceList }, { listSources }] = await Promise.all([
    import('../../money/open-money.js'),
    import('../../money/prices/price-list.js'),
    import('../../plugin/run/list-sources.js'),
  ])
  const sources = listSources(miner)
  const prices = await openPriceList(valuesOf(configuration, hostSections.prices).prices, sources)
  const limits = budgetLimits(valuesOf(configuration, hostSections.budget))
  return { sources, prices, limits, isLimited: hasBudget(limits) }
}

/** Why a budget cannot be kept, or would admit nothing; empty: it can. */
export type JudgedBudget = {
  readonly problems: readonly Problem[]
  /** the most that one short question may cost; 0 where that is not known */
  readonly most: Nano
}

/** Judges whether the budget of the settings can be kept. @param spendable with a budget */
export async function judgeBudget(
  configuration: Configuration,
  { sources, prices, limits, miner }: Spendable & { readonly miner: string },
): Promise<JudgedBudget> {
  const [{ unpricedOf }, { mostOfRequest, mostOfShortRequest }, { dollarsText, leastLimitText, usdOf }] =
    await Promise.all([
      import('../../money/budget/unpriced.js'),
      import('../../money/budget/gate.js'),
      import('../../money/amount.js'),
    ])
  if (sources.length === 0) return { problems: [sourcelessProblem(configuration, miner)], most: 0 }
  const unpriced = unpricedOf(sources, prices)
  if (unpriced.length > 0) return { problems: unpriced.map(one => unpricedProblem(configuration, one)), most: 0 }
  const most = mostOfRequest(sources, prices, 0)
  const ofShortRequest = mostOfShortRequest(sources, prices)
  const what = `one answer may cost ${dollarsText(usdOf(most))}, so that it admits no request`
  const least = leastLimitText(ofShortRequest)
  const hint = `raise it to at least ${least}, or lower --max-tokens`
  const admitsNone = (limit: DayLimit | null) => limit !== null && limit.nano < most
  const ofHotkeys = [...limits.hotkeys].filter(([, limit]) => admitsNone(limit))
  const problems = [
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
  return { problems, most: ofShortRequest }
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
