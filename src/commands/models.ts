import { CHOSEN_MINER, ENDING } from '../app/tokens.js'
import { timeoutSignal } from '../async/timeout.js'
import { SettingsCommand } from '../cli/command.js'
import { UsageError } from '../cli/errors/usage-error.js'
import { table } from '../cli/output/table.js'
import { readyMiner } from '../cli/ready-miner.js'
import { redactReport, reportMessages } from '../cli/sources.js'
import type { ModelList } from '../plugin/miner.js'
import { NoAnswer } from '../plugin/no-answer.js'
import { listModels } from '../plugin/run/list-models.js'
import { escapeControls } from '../text/escape.js'

/** How long the whole command may take. */
const TIMEOUT_MS = 30_000

export default class Models extends SettingsCommand {
  static override summary = 'List the models that the miner can use, and which of them is configured.'
  static override description =
    'Asks each endpoint for its list. The exit code is 1 when all of them fail, and 2 when it can ask none, as without any key.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --base-url http://127.0.0.1:11434/v1',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  async run(): Promise<unknown> {
    await using run = await this.open(Models)
    const { scope, configuration } = run
    using timeout = timeoutSignal({ ms: TIMEOUT_MS, reason: late, parent: scope.resolve(ENDING) })
    using waiting = this.status.show('asking for the models')
    const found = await listModels(await readyMiner(scope, timeout.signal), timeout.signal)
    waiting[Symbol.dispose]()
    if (!found) throw noList(scope.resolve(CHOSEN_MINER).name)
    const lists = found.map(list => redactReport(list, configuration.secretValues))

    if (lists.length > 0 && lists.every(({ problem }) => problem)) process.exitCode = 1
    if (this.jsonEnabled()) return { lists }

    const rows = lists.flatMap(rowsOf)
    if (rows.length > 0) this.log(table(rows))
    process.stderr.write(reportMessages(lists.map(list => ({ ...list, notes: notesOf(list) }))))
    return undefined
  }
}

/** The rows of one list, in the order of its names: a server's own order is rarely of use. */
function rowsOf({ name, models }: ModelList) {
  return models
    .map(({ id, configured }) => ({
      name: escapeControls(name),
      model: escapeControls(id),
      configured: configured ? 'yes' : '',
    }))
    .sort((one, other) => (one.model < other.model ? -1 : 1))
}

function notesOf({ configured, models, notes = [], problem }: ModelList): readonly string[] {
  if (problem) return notes
  if (models.length === 0) return [...notes, 'it offers no model']
  if (configured === undefined || models.some(one => one.configured)) return notes
  const lacks = `its list lacks ${configured}, which is configured; \`miner check\` shows whether that answers`
  return [...notes, lacks]
}

function noList(name: string): UsageError {
  return new UsageError(
    'NO_MODEL_LIST',
    `the miner ${name} cannot list models`,
    'choose another miner with --use, or see its settings: miner config show',
  )
}

function late(): NoAnswer {
  return new NoAnswer('late', `the models were not listed within ${TIMEOUT_MS / 1000} s`, {
    code: 'MODELS_TIMEOUT',
    hint: 'see what it waits for: --log-level debug',
  })
}
