import { hostSections } from '../app/settings.js'
import { CHOSEN_MINER, ENDING } from '../app/tokens.js'
import { timeoutSignal } from '../async/timeout.js'
import { SettingsCommand } from '../cli/command.js'
import { formatMessage } from '../cli/errors/format-message.js'
import { checkTable } from '../cli/output/check-table.js'
import { readyMiner } from '../cli/ready-miner.js'
import { redactReport, reportMessages } from '../cli/sources.js'
import { valuesOf } from '../config/configuration.js'
import type { Check, Miner } from '../plugin/miner.js'
import { NoAnswer } from '../plugin/no-answer.js'
import { checkMiner } from '../plugin/run/check-miner.js'

/** How long the whole check may take. */
const TIMEOUT_MS = 30_000

export default class CheckMiner extends SettingsCommand {
  static override summary = 'Check whether the miner can answer.'
  static override description =
    'Tries each of the ways in which it can answer, at the least cost. The exit code is 1 when all of them fail or the check is not done within 30 s, and 2 when it can try none, as without any key.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  static override readonly reads = ['axon'] as const

  async run(): Promise<unknown> {
    await using run = await this.open(CheckMiner)
    const { scope, configuration } = run
    using timeout = timeoutSignal({ ms: TIMEOUT_MS, reason: late, parent: scope.resolve(ENDING) })
    using waiting = this.status.show('checking what can answer')
    const found = await checkInTime(await readyMiner(scope, timeout.signal), timeout.signal)
    waiting[Symbol.dispose]()
    const { concurrency } = valuesOf(configuration, hostSections.axon)
    const checks = found.checks.map(check => withSlots(redactReport(check, configuration.secretValues), concurrency))

    const broken = checks.filter(({ problem }) => problem)
    if (found.late || (checks.length > 0 && broken.length === checks.length)) process.exitCode = 1
    if (this.jsonEnabled()) return { checks, ...(found.late && { error: errorOf(found.late) }) }

    if (checks.length === 0) this.log(`the miner ${scope.resolve(CHOSEN_MINER).name} has nothing to check`)
    else this.log(checkTable(checks))
    process.stderr.write(reportMessages(checks))
    if (broken.length > 0 && broken.length < checks.length) {
      const message = `${broken.length} of ${checks.length} endpoints and keys cannot answer`
      process.stderr.write(formatMessage({ label: 'warning', message }))
    }
    if (found.late) process.stderr.write(formatMessage(errorOf(found.late)))
    return undefined
  }
}

type Found = {
  readonly checks: readonly Check[]
  /** absent when all checks are done */
  readonly late?: NoAnswer
}

/**
 * Runs the miner's check; when the time is up, returns the results that it has reported.
 *
 * @throws the signal's reason when there are none · whatever the miner throws
 */
async function checkInTime(miner: Miner, signal: AbortSignal): Promise<Found> {
  const reported = new Map<string, Check>()
  try {
    return { checks: await checkMiner(miner, signal, { onCheck: check => reported.set(check.name, check) }) }
  } catch (error) {
    if (reported.size === 0 || !(error instanceof NoAnswer) || error !== signal.reason) throw error
    return { checks: [...reported.values()], late: error }
  }
}

/** Adds a note when the axon asks more at once than a source answers. */
function withSlots(check: Check, asked: number): Check {
  const { notes = [], concurrency } = check
  if (concurrency === undefined || concurrency >= asked) return check
  const questions = concurrency === 1 ? 'one question' : `${concurrency} questions`
  const note = `answers ${questions} at once, but --concurrency is ${asked}: further questions wait there, and may be late; lower --concurrency, or start the server with more slots`
  return { ...check, notes: [...notes, note] }
}

function late(): NoAnswer {
  return new NoAnswer('late', `the check was not done within ${TIMEOUT_MS / 1000} s`, {
    code: 'CHECK_TIMEOUT',
    hint: 'see what it waits for: --log-level debug',
  })
}

/** Reports that the time was up, beside checks that are done. */
function errorOf({ code, message, hint }: NoAnswer) {
  return { code, message: `${message}: there may be more ways to answer than these`, hint }
}
