import { ENDING } from '../../app/tokens.js'
import { TimeoutError, timeoutSignal } from '../../async/timeout.js'
import { ConfigError } from '../../config/config-error.js'
import { NoAnswer } from '../../plugin/no-answer.js'
import { listModels } from '../../plugin/run/list-models.js'
import { type CheckResult, cannotAnswer, checkInTime } from '../check-in-time.js'
import { formatMessage } from '../errors/format-message.js'
import { printError } from '../errors/print-error.js'
import { readyMiner } from '../ready-miner.js'
import { redactReport, reportMessages } from '../sources.js'
import type { FirstStart } from './first-start.js'

/** What came of asking the model. */
export type Trial = {
  readonly works: boolean
  readonly checks: CheckResult['checks']
}

/**
 * Tries the model as `miner check` does, and prints what came of it.
 *
 * @throws {NoAnswer} or {ConfigError} without a dialogue, when the settings are not enough to try it
 */
export async function tryModel(start: FirstStart): Promise<Trial> {
  try {
    const result = await checkAnswers(start)
    for (const { name, problem } of result.checks) if (!problem) start.say(`${name} answers`)
    process.stderr.write(reportMessages(result.checks))
    if (result.late) process.stderr.write(formatMessage(result.late))
    return { works: !cannotAnswer(result), checks: result.checks }
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof NoAnswer)) throw error
    const isMistake = error instanceof ConfigError || error.misuse
    if (isMistake && !start.dialogue) throw error
    printError(error, [])
    return { works: false, checks: [] }
  }
}

async function checkAnswers(start: FirstStart): Promise<CheckResult> {
  using _shown = start.wait('trying the model')
  await using run = await start.preview('resolve')
  return await checkInTime(run.scope)
}

/** How long the list of models may take. */
const LIST_MS = 10_000

/** Returns the models that the endpoint offers; none where it does not answer, which the trial then reports. */
export async function offeredModels(start: FirstStart): Promise<readonly string[]> {
  using _shown = start.wait('asking for the models')
  try {
    await using run = await start.preview('resolve')
    const reason = () => new TimeoutError('the list of models did not come in time')
    using timeout = timeoutSignal({ ms: LIST_MS, reason, parent: run.scope.resolve(ENDING) })
    const lists = await listModels(await readyMiner(run.scope, timeout.signal), timeout.signal)
    const names = (lists ?? []).flatMap(({ models }) => models.map(({ id }) => id))
    return redactReport([...new Set(names)].sort(), run.configuration.secretValues)
  } catch (error) {
    if (error instanceof NoAnswer || error instanceof ConfigError || error instanceof TimeoutError) return []
    throw error
  }
}
