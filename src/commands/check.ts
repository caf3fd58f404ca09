import { hostSections } from '../app/settings.js'
import { CHOSEN_MINER, ENDING, MINER } from '../app/tokens.js'
import { abortable } from '../async/abortable.js'
import { timeoutSignal } from '../async/timeout.js'
import { SettingsCommand } from '../cli/command.js'
import { formatMessage } from '../cli/errors/format-message.js'
import { checkTable } from '../cli/output/check-table.js'
import { valuesOf } from '../config/configuration.js'
import { redactText } from '../config/redact.js'
import type { Check } from '../plugin/miner.js'
import { NoAnswer } from '../plugin/no-answer.js'
import { checkMiner } from '../plugin/run/check-miner.js'
import { escapeControls } from '../text/escape.js'

/** How long the whole check may take. */
const TIMEOUT_MS = 30_000

export default class CheckMiner extends SettingsCommand {
  static override summary = 'Check whether the miner can answer.'
  static override description =
    'Tries each of the ways in which it can answer, at the least cost. The exit code is 1 when all of them fail, and 2 when none can be tried, as without any key.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  static override readonly reads = ['axon'] as const

  async run(): Promise<unknown> {
    await using run = await this.open(CheckMiner)
    const { scope, configuration } = run
    using timeout = timeoutSignal({ ms: TIMEOUT_MS, reason: late, parent: scope.resolve(ENDING) })
    using waiting = this.status.show('checking what can answer')
    const miner = await abortable(scope.resolve(MINER), timeout.signal)
    await abortable(Promise.resolve(miner.ready?.()), timeout.signal)
    const found = await checkMiner(miner, timeout.signal)
    waiting[Symbol.dispose]()
    const { concurrency } = valuesOf(configuration, hostSections.axon)
    const checks = found.map(check => withSlots(redactCheck(check, configuration.secretValues), concurrency))

    const broken = checks.filter(({ problem }) => problem)
    if (checks.length > 0 && broken.length === checks.length) process.exitCode = 1
    if (this.jsonEnabled()) return { checks }

    if (checks.length === 0) this.log(`the miner ${scope.resolve(CHOSEN_MINER).name} has nothing to check`)
    else this.log(checkTable(checks))
    for (const { name, notes = [] } of checks)
      for (const message of notes) process.stderr.write(formatMessage({ label: escapeControls(name), message }))
    // Most messages name what they are about.
    for (const { name, problem } of broken)
      process.stderr.write(
        formatMessage({ ...(!problem!.message.includes(name) && { label: escapeControls(name) }), ...problem! }),
      )
    if (broken.length > 0 && broken.length < checks.length) {
      const message = `${broken.length} of ${checks.length} endpoints and keys cannot answer`
      process.stderr.write(formatMessage({ label: 'warning', message }))
    }
    return undefined
  }
}

/** Redacts secrets: an endpoint's error may repeat what it was sent. */
function redactCheck({ name, findings, notes, concurrency, problem }: Check, secrets: readonly string[]): Check {
  const clean = (text: string) => redactText(text, secrets)
  const found = {
    name: clean(name),
    findings,
    ...(notes && { notes: notes.map(clean) }),
    ...(concurrency !== undefined && { concurrency }),
  }
  if (!problem) return found
  const { code, message, hint } = problem
  return {
    ...found,
    problem: { code: clean(code), message: clean(message), ...(hint !== undefined && { hint: clean(hint) }) },
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
