import { randomUUID } from 'node:crypto'
import { Args, Flags } from '@oclif/core'
import type { Scope } from '../app/scope.js'
import { hostSections } from '../app/settings.js'
import { CHOSEN_MINER, CONFIGURATION, ENDING } from '../app/tokens.js'
import { timeoutSignal } from '../async/timeout.js'
import { type Run, SettingsCommand } from '../cli/command.js'
import { readDuration } from '../cli/flags/duration.js'
import { confirmReplay } from '../cli/logs/confirm-replay.js'
import { openRequestLog, requestLogFlags, requestLogRules, requestLogSections } from '../cli/logs/find-request-log.js'
import { answeringEndpoint, comparison, loggedAnswer, questionOf, type ReplayedAnswer } from '../cli/logs/replayed.js'
import { minerText, withFlags } from '../cli/logs/replayed-question.js'
import { readyMiner } from '../cli/ready-miner.js'
import { valuesOf } from '../config/configuration.js'
import { usdOf } from '../money/amount.js'
import { openPriceList } from '../money/prices/price-list.js'
import { costOfRequest } from '../money/prices/request-cost.js'
import type { Miner, Outcome, Question } from '../plugin/miner.js'
import { NoAnswer } from '../plugin/no-answer.js'
import { listSources } from '../plugin/run/list-sources.js'
import { collectAnswer } from '../plugin/run/whole-answer.js'
import { columnsOf } from '../text/fill.js'

export default class Replay extends SettingsCommand {
  static override summary = 'Ask a request of the log again, and show both answers beside each other.'
  static override description =
    'Asks the configured miner what the caller asked, and tells the caller nothing. That may cost money, so it asks first; --yes skips the question. The request must be in the log with its conversation, which `miner serve --request-log full` keeps. Flags of the miner, such as another model, hold for the new answer, even where the caller named a value of its own.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> d829ee14',
    '<%= config.bin %> <%= command.id %> d829ee14 --model gpt-4o-mini --yes',
  ]
  static override args = {
    ID: Args.string({ description: 'the id of the request, or its beginning', required: true }),
  }
  static override flags = {
    yes: Flags.boolean({ description: 'do not ask before the miner is asked' }),
    timeout: Flags.string({
      description: 'how long to wait for the answer (between 100ms and 1h; default 10m)',
      helpValue: 'DURATION',
    }),
    ...requestLogFlags,
  }
  static override readonly reads = [...requestLogSections, 'prices'] as const

  async run(): Promise<unknown> {
    await using run = await this.open(Replay, requestLogRules)
    const { args, flags, scope } = run
    const timeoutMs = readDuration('--timeout', flags.timeout ?? '10m')
    const log = await openRequestLog(scope, flags)
    const found = await log.find(args.ID)
    const conversation = questionOf(found)
    const asked = { miner: scope.resolve(CHOSEN_MINER), configuration: scope.resolve(CONFIGURATION) }
    const question = withFlags(conversation.question, asked)
    const before = loggedAnswer(found.request, conversation)
    if (!flags.yes && !(await confirmReplay(minerText(question, asked), scope.resolve(ENDING)))) {
      process.stderr.write('not asked\n')
      return { id: found.request.id, question, before, now: null }
    }
    const now = await this.#ask(run, question, timeoutMs)
    if (!this.jsonEnabled()) this.log(comparison([before, now], columnsOf(process.stdout)).trimEnd())
    return { id: found.request.id, question, before, now }
  }

  async #ask({ scope }: Run<typeof Replay>, question: Question, timeoutMs: number): Promise<ReplayedAnswer> {
    using timeout = timeoutSignal({ ms: timeoutMs, reason: () => late(timeoutMs), parent: scope.resolve(ENDING) })
    const { signal } = timeout
    using waiting = this.status.show('waiting for the answer')
    const miner = await readyMiner(scope, signal)
    const startedAt = performance.now()
    let firstMs: number | null = null
    const onFirst = () => {
      firstMs ??= Math.round(performance.now() - startedAt)
    }
    const asked = { id: randomUUID(), signal, deadline: Date.now() + timeoutMs }
    const { text, toolCalls, outcome } = await collectAnswer(miner, question, asked, { onFirst })
    const ms = Math.round(performance.now() - startedAt)
    waiting[Symbol.dispose]()
    const { model, finishReason, usage = {}, attempts } = outcome
    return {
      answer: text,
      toolCalls,
      model,
      endpoint: answeringEndpoint(attempts),
      finishReason,
      outcome: 'answered',
      code: null,
      reason: null,
      usage,
      firstMs,
      ms,
      costUsd: await costOf(scope, miner, outcome),
    }
  }
}

/** Returns what an answer cost, in dollars; null when it is not known, or not whole. */
async function costOf(scope: Scope, miner: Miner, outcome: Outcome): Promise<number | null> {
  const { prices } = valuesOf(scope.resolve(CONFIGURATION), hostSections.prices)
  const cost = costOfRequest(await openPriceList(prices, listSources(miner)), { outcome })
  return cost?.unknown === 0 ? usdOf(cost.nano) : null
}

function late(ms: number): NoAnswer {
  return new NoAnswer('late', `there was no answer within ${ms / 1000} s`, {
    code: 'PROMPT_TIMEOUT',
    hint: 'allow more time with --timeout',
  })
}
