import { judgeBudget, type Spendable, spendableOf } from '../../app/money/budget-rules.js'
import { moneyFolderOf } from '../../app/money/build-money.js'
import { CHOSEN_MINER, MINER } from '../../app/tokens.js'
import { type Finding, findingsBy } from '../../doctor/check.js'
import { signedRefusals } from '../../doctor/miner/refusals.js'
import type { DayLimit } from '../../money/amount.js'
import { ALL } from '../../money/budget/account.js'
import type { BudgetLimits } from '../../money/budget/budget.js'
import { budgetFilePath, readBudgetFile } from '../../money/budget/budget-file.js'
import { dayOf, endOf } from '../../money/day.js'
import { MoneyError } from '../../money/money-error.js'
import { hasBudget } from '../../money/open-money.js'
import { NANO_PER_USD, type Nano } from '../../money/prices/price.js'
import type { DoctorContext } from '../doctor/doctor-context.js'
import { type LastHour, lastHour } from '../doctor/last-hour.js'
import type { LiveMiner } from '../top/live-miner.js'
import { budgetFindings, type DayBudget } from './budget-findings.js'
import { findingOf } from './settings-checks.js'

/** Checks that a budget can be kept with the prices that are known, and how much of it is left today. */
export async function checkBudget(context: DoctorContext): Promise<readonly Finding[]> {
  const { scope, configuration, unusable } = context
  const miner = unusable.length > 0 ? null : await scope.resolve(MINER).catch(() => null) // the check `endpoints` reports why
  if (miner === null) return spentToday(context, { limits: NO_LIMITS, most: 0 })
  const spendable = await spendableOf(configuration, miner)
  if (!spendable.isLimited) return spentToday(context, { ...spendable, most: 0 })
  const judged = await judgeBudget(configuration, { ...spendable, miner: scope.resolve(CHOSEN_MINER).name })
  if (judged.problems.length > 0)
    return judged.problems.map(problem =>
      findingOf(problem, 'fault', 'held the budget against the prices of the models, as miner serve does'),
    )
  return spentToday(context, { ...spendable, most: judged.most })
}

const NO_LIMITS: BudgetLimits = { all: null, each: null, hotkeys: new Map() }

type Limited = Pick<Spendable, 'limits'> & { readonly most: Nano }

/** Tells what is spent today of the budgets: by the miner that runs, else by the file in which it counts. */
async function spentToday(context: DoctorContext, { limits, most }: Limited): Promise<readonly Finding[]> {
  const now = Date.now()
  const leftMs = endOf(dayOf(now)) - now
  const [live, file, hour] = await Promise.all([
    context.live(),
    hasBudget(limits) ? spentInFile(context, now) : null, // without one, miner serve does not read it
    lastHour(context),
  ])
  if (file !== null && 'fault' in file) return [file.fault]
  const running = liveBudget(live)
  const filed = file === null ? [] : budgetsOf(limits, file.spent)
  const found = [
    ...(running === null ? [] : budgetFindings([running], { most, leftMs, how: `asked the admin port ${live?.url}` })),
    ...budgetFindings(running === null ? filed : filed.filter(({ of }) => of !== ALL), {
      most,
      leftMs,
      how: `read ${file?.path}, which counts what requests in progress reserve, and up to 1 % of the budget ahead`,
    }),
  ]
  const refused = signedRefusals(hour?.reasons ?? [], ['BUDGET_SPENT'])
  if (hour && refused > 0 && found.every(({ verdict }) => verdict === 'ok')) return [refusedFinding(hour, refused)]
  if (found.length > 0 || !hasBudget(limits)) return found
  const { ok } = findingsBy('held the budget against the prices of the models, as miner serve does')
  return [
    ok(file === null ? 'it can be kept; --store memory forgets at the end what is spent' : 'nothing is spent today'),
  ]
}

function refusedFinding({ by }: LastHour, count: number): Finding {
  return findingsBy(`the refusals of the last hour in ${by}`).warning(
    'BUDGET_USED_UP',
    `${count === 1 ? '1 request of the last hour was' : `${count} requests of the last hour were`} refused, because a budget of the day left too little`,
    'raise --budget or --budget-each, or wait until midnight (UTC)',
  )
}

/** Returns the budget of all callers of a miner that runs; null: it has none, or does not tell. */
function liveBudget(live: LiveMiner | null): DayBudget | null {
  const { budget } = live?.status?.money ?? {}
  if (!budget) return null
  const { usdPerDay, usedUsd, reservedUsd = 0 } = budget
  const limit = { nano: nanoOf(usdPerDay), text: `${usdPerDay}usd/day` }
  return { of: ALL, limit, spent: nanoOf(usedUsd - reservedUsd), reserved: nanoOf(reservedUsd) }
}

function nanoOf(usd: number): Nano {
  return Math.round(usd * NANO_PER_USD)
}

type InFile = { readonly path: string; readonly spent: ReadonlyMap<string, Nano> } | { readonly fault: Finding }

/** Reads the file of a budget as `miner serve` does at its start; null: it is kept in memory, or the hotkey is not known. */
async function spentInFile({ scope, hotkey }: DoctorContext, now: number): Promise<InFile | null> {
  const address = await hotkey().catch(() => null) // the check of the wallet reports why
  const folder = address === null ? null : await moneyFolderOf(scope, address)
  if (folder === null) return null
  const path = budgetFilePath(folder)
  try {
    const found = await readBudgetFile(path, dayOf(now))
    return { path, spent: found && found.day >= dayOf(now) ? found.spent : new Map() }
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error
    const { code, message, hint } = error
    return {
      fault: {
        verdict: 'fault',
        code,
        message,
        how: `read ${path}, as miner serve does`,
        ...(hint !== undefined && { hint }),
      },
    }
  }
}

/** Returns the budgets that the settings set, with what is spent of them; those of hotkeys that spent something. */
function budgetsOf({ all, each, hotkeys }: BudgetLimits, spent: ReadonlyMap<string, Nano>): readonly DayBudget[] {
  const found = (of: string, limit: DayLimit | null): readonly DayBudget[] =>
    limit === null ? [] : [{ of, limit, spent: spent.get(of) ?? 0, reserved: 0 }]
  const names = [...spent.keys()].filter(name => name !== ALL)
  return [...found(ALL, all), ...names.flatMap(name => found(name, hotkeys.has(name) ? hotkeys.get(name)! : each))]
}
