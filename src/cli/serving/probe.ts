import { timeoutSignal } from '../../async/timeout.js'
import type { Log } from '../../plugin/log.js'
import type { Check, Miner } from '../../plugin/miner.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { checkMiner } from '../../plugin/run/check-miner.js'

/** How long the whole probe may take. */
const TIMEOUT_MS = 30_000

/**
 * Checks in the background, at the least cost, whether each of the miner's sources of answers works, and logs a record
 * for each as soon as it is known. Disposing it aborts what still runs, without a record.
 */
export function startProbe(miner: Miner, log: Log): Disposable {
  const ending = new AbortController()
  const logged = new Set<string>()
  const onCheck = (check: Check) => {
    logged.add(check.name)
    logCheck(check, log)
  }
  const probe = async () => {
    using timeout = timeoutSignal({ ms: TIMEOUT_MS, reason: late, parent: ending.signal })
    const checks = await checkMiner(miner, timeout.signal, { quick: true, onCheck })
    // A miner may report them only at the end.
    for (const check of checks) if (!logged.has(check.name)) onCheck(check)
  }
  probe().catch((error: unknown) => {
    if (!ending.signal.aborted) log.warn({ event: 'probeFailed', error })
  })
  return { [Symbol.dispose]: () => ending.abort() }
}

function logCheck({ name, findings, notes, problem }: Check, log: Log): void {
  const firstToken = typeof findings.firstToken === 'number' ? findings.firstToken : undefined
  const { code, hint } = problem ?? {}
  log[problem ? 'warn' : 'info']({
    event: 'probed',
    endpoint: name,
    ok: !problem,
    message: messageOf(name, { firstToken, problem }),
    ...(firstToken !== undefined && { firstToken }),
    ...(notes && { notes }),
    ...(code !== undefined && { code }),
    ...(hint !== undefined && { hint }),
  })
}

type Found = { readonly firstToken: number | undefined; readonly problem: Check['problem'] }

function messageOf(name: string, { firstToken, problem }: Found): string {
  // Most messages name what they are about.
  if (problem) return `✗ ${problem.message.includes(name) ? '' : `${name}: `}${problem.message}`
  return `✓ ${name} answers${firstToken === undefined ? '' : `, after ${Math.round(firstToken)} ms`}`
}

function late(): NoAnswer {
  return new NoAnswer('late', `the probe was not done within ${TIMEOUT_MS / 1000} s`, {
    code: 'CHECK_TIMEOUT',
    hint: 'see what is slow: miner check',
  })
}
