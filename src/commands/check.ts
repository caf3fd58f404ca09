import { hostSections } from '../app/settings.js'
import { CHOSEN_MINER } from '../app/tokens.js'
import { cannotAnswer, checkInTime } from '../cli/check-in-time.js'
import { SettingsCommand } from '../cli/command.js'
import { formatMessage } from '../cli/errors/format-message.js'
import { checkTable } from '../cli/output/check-table.js'
import { reportMessages } from '../cli/sources.js'
import { valuesOf } from '../config/configuration.js'
import { MORE_SLOTS, tooManyAtOnce } from '../doctor/miner/slots.js'
import type { Check } from '../plugin/miner.js'
import type { NoAnswer } from '../plugin/no-answer.js'

export default class CheckMiner extends SettingsCommand {
  static override summary = 'Check whether the miner can answer.'
  static override description =
    'Tries each of the ways in which it can answer, at the least cost. The exit code is 1 when all of them fail or the check is not done within 30 s, and 2 when it can try none, as without any key.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  static override readonly reads = ['axon'] as const

  async run(): Promise<unknown> {
    await using run = await this.open(CheckMiner)
    const { scope, configuration } = run
    using waiting = this.status.show('checking what can answer')
    const found = await checkInTime(scope)
    waiting[Symbol.dispose]()
    const { concurrency } = valuesOf(configuration, hostSections.axon)
    const checks = found.checks.map(check => withSlots(check, concurrency))

    const broken = checks.filter(({ problem }) => problem)
    if (cannotAnswer(found)) process.exitCode = 1
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

/** Adds a note when the axon asks more at once than a source answers. */
function withSlots(check: Check, asked: number): Check {
  const message = tooManyAtOnce(check.concurrency, asked)
  if (message === undefined) return check
  const { notes = [] } = check
  const note = `${message}; lower --concurrency, or ${MORE_SLOTS}`
  return { ...check, notes: [...notes, note] }
}

/** Reports that the time was up, beside checks that are done. */
function errorOf({ code, message, hint }: NoAnswer) {
  return { code, message: `${message}: there may be more ways to answer than these`, hint }
}
