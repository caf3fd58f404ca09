import type { RunScope } from '../app/scope.js'
import { CONFIGURATION, ENDING } from '../app/tokens.js'
import { timeoutSignal } from '../async/timeout.js'
import type { Check, Miner } from '../plugin/miner.js'
import { NoAnswer } from '../plugin/no-answer.js'
import { checkMiner } from '../plugin/run/check-miner.js'
import { readyMiner } from './ready-miner.js'
import { redactReport } from './sources.js'

/** How long the whole check may take. */
const TIMEOUT_MS = 30_000

/** What a miner's check has found. */
export type CheckResult = {
  /** without secrets */
  readonly checks: readonly Check[]
  /** absent when all checks are done */
  readonly late?: NoAnswer
}

/**
 * Runs the check of the scope's miner; when the time is up, returns the results that the miner has reported.
 *
 * @throws the signal's reason when there are none · whatever the miner throws
 */
export async function checkInTime(scope: RunScope): Promise<CheckResult> {
  using timeout = timeoutSignal({ ms: TIMEOUT_MS, reason: late, parent: scope.resolve(ENDING) })
  const found = await collectChecks(await readyMiner(scope, timeout.signal), timeout.signal)
  const { secretValues } = scope.resolve(CONFIGURATION)
  return { ...found, checks: found.checks.map(check => redactReport(check, secretValues)) }
}

async function collectChecks(miner: Miner, signal: AbortSignal): Promise<CheckResult> {
  const reported = new Map<string, Check>()
  try {
    return { checks: await checkMiner(miner, signal, { onCheck: check => reported.set(check.name, check) }) }
  } catch (error) {
    if (reported.size === 0 || !(error instanceof NoAnswer) || error !== signal.reason) throw error
    return { checks: [...reported.values()], late: error }
  }
}

function late(): NoAnswer {
  return new NoAnswer('late', `the check was not done within ${TIMEOUT_MS / 1000} s`, {
    code: 'CHECK_TIMEOUT',
    hint: 'see what it waits for: --log-level debug',
  })
}

/** Returns whether a check shows that the miner cannot answer at all. */
export function cannotAnswer({ checks, late }: CheckResult): boolean {
  return late !== undefined || (checks.length > 0 && checks.every(({ problem }) => problem))
}
