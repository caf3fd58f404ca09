import { abortable } from '../async/abortable.js'
import { timeoutSignal } from '../async/timeout.js'
import type { Checked, DoctorCheck, Finding } from './check.js'

/** How long a check may take that names no time of its own. */
const CHECK_MS = 15_000

type RunOptions = {
  readonly signal: AbortSignal
  /** called when a check begins, and when it is done */
  readonly onProgress?: (running: readonly string[]) => void
}

/**
 * Runs checks at once, each for its own time at most. A check that throws, or takes too long, is `unknown`, with the error.
 *
 * @returns what they found, in the order of the checks; those that do not apply are left out
 * @throws only the signal's reason
 */
export async function runChecks(
  checks: readonly DoctorCheck[],
  { signal, onProgress = () => {} }: RunOptions,
): Promise<readonly Checked[]> {
  const running = new Set<string>()
  const run = async (check: DoctorCheck) => {
    running.add(check.name)
    onProgress([...running])
    const startedAt = performance.now()
    const findings = await runCheck(check, signal)
    running.delete(check.name)
    onProgress([...running])
    return { name: check.name, ms: Math.round(performance.now() - startedAt), findings }
  }
  const all = await Promise.all(checks.map(run))
  return all.filter(({ findings }) => findings.length > 0)
}

async function runCheck({ timeoutMs = CHECK_MS, run }: DoctorCheck, parent: AbortSignal): Promise<readonly Finding[]> {
  const tooLong = () => new Error(`it was not done within ${timeoutMs / 1000} s`)
  using timeout = timeoutSignal({ ms: timeoutMs, reason: tooLong, parent })
  try {
    // Started within a promise, so that a check that throws at once is caught, too.
    return await abortable((async () => run(timeout.signal))(), timeout.signal)
  } catch (error) {
    parent.throwIfAborted()
    const message = error instanceof Error ? error.message : String(error)
    return [{ verdict: 'unknown', message: `cannot be told: ${message}`, how: 'the check failed' }]
  }
}
