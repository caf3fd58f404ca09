import { CHOSEN_MINER, ENDING, MINER } from '../app/tokens.js'
import { abortable } from '../async/abortable.js'
import { timeoutSignal } from '../async/timeout.js'
import { SettingsCommand } from '../cli/command.js'
import { formatMessage } from '../cli/errors/format-message.js'
import { UsageError } from '../cli/errors/usage-error.js'
import { table } from '../cli/output/table.js'
import { redactText } from '../config/redact.js'
import type { ModelList } from '../plugin/miner.js'
import { NoAnswer } from '../plugin/no-answer.js'
import { listModels } from '../plugin/run/list-models.js'
import { escapeControls } from '../text/escape.js'

/** How long the whole command may take. */
const TIMEOUT_MS = 30_000

export default class Models extends SettingsCommand {
  static override summary = 'List the models that the miner can use, and which of them is configured.'
  static override description =
    'Asks each endpoint for its list. The exit code is 1 when none of them sends one, and 2 when none can be asked, as without any key.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --base-url http://127.0.0.1:11434/v1',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  async run(): Promise<unknown> {
    await using run = await this.open(Models)
    const { scope, configuration } = run
    using timeout = timeoutSignal({ ms: TIMEOUT_MS, reason: late, parent: scope.resolve(ENDING) })
    const { signal } = timeout
    const miner = await abortable(scope.resolve(MINER), signal)
    await abortable(Promise.resolve(miner.ready?.()), signal)
    const found = await listModels(miner, signal)
    if (!found) throw noList(scope.resolve(CHOSEN_MINER).name)
    const lists = found.map(list => redactList(list, configuration.secretValues))

    if (lists.length > 0 && lists.every(({ problem }) => problem)) process.exitCode = 1
    if (this.jsonEnabled()) return { lists }

    const rows = lists.flatMap(rowsOf)
    if (rows.length > 0) this.log(table(rows))
    for (const list of lists)
      for (const message of notesOf(list))
        process.stderr.write(formatMessage({ label: escapeControls(list.name), message }))
    // Most messages name what they are about.
    for (const { name, problem } of lists)
      if (problem)
        process.stderr.write(
          formatMessage({ ...(!problem.message.includes(name) && { label: escapeControls(name) }), ...problem }),
        )
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

/** Redacts secrets: an endpoint may repeat what it was sent. */
function redactList({ name, configured, models, notes, problem }: ModelList, secrets: readonly string[]): ModelList {
  const clean = (text: string) => redactText(text, secrets)
  return {
    name: clean(name),
    ...(configured !== undefined && { configured: clean(configured) }),
    models: models.map(model => ({ ...model, id: clean(model.id) })),
    ...(notes && { notes: notes.map(clean) }),
    ...(problem && {
      problem: {
        code: clean(problem.code),
        message: clean(problem.message),
        ...(problem.hint !== undefined && { hint: clean(problem.hint) }),
      },
    }),
  }
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
