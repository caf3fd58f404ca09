import { randomUUID } from 'node:crypto'
import { Flags } from '@oclif/core'
import { ENDING, MINER, PLUGINS_IN_USE } from '../app/tokens.js'
import { abortable } from '../async/abortable.js'
import { timeoutSignal } from '../async/timeout.js'
import { SettingsCommand } from '../cli/command.js'
import { readDuration } from '../cli/flags/duration.js'
import { PromptOutput } from '../cli/output/prompt-output.js'
import { questionArgs, questionFlags, readQuestion } from '../cli/question/question.js'
import { blamePlugin } from '../plugin/load/plugin-error.js'
import type { Attempt } from '../plugin/miner.js'
import { NoAnswer } from '../plugin/no-answer.js'
import { readAnswer } from '../plugin/run/read-answer.js'
import { collectAnswer } from '../plugin/run/whole-answer.js'

export default class Prompt extends SettingsCommand {
  static override summary = 'Ask the miner directly, without a network.'
  static override description =
    'Prints the answer as it comes. Without TEXT and --messages, reads the question from standard input.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> "What is TAO?"',
    '<%= config.bin %> <%= command.id %> --roles system,user --messages "Be brief." "What is TAO?"',
    '<%= config.bin %> <%= command.id %> --verbose "What is TAO?"',
    '$ echo hi | <%= config.bin %> <%= command.id %> --use echo',
  ]
  static override args = questionArgs
  static override flags = {
    ...questionFlags,
    stream: Flags.boolean({ description: 'print the answer as it comes', default: true, allowNo: true }),
    timeout: Flags.string({
      description: 'how long to wait for the answer (between 100ms and 1h; default 10m)',
      helpValue: 'DURATION',
    }),
    verbose: Flags.boolean({
      description: 'print which model answered, after which attempts, how fast, and with how many tokens',
    }),
  }

  async run(): Promise<unknown> {
    await using run = await this.open(Prompt)
    const { flags, args, scope } = run
    const messages = await readQuestion({ text: args.TEXT, ...flags })
    const timeoutMs = readDuration('--timeout', flags.timeout ?? '10m')
    using timeout = timeoutSignal({ ms: timeoutMs, reason: () => late(timeoutMs), parent: scope.resolve(ENDING) })
    const tried: Attempt[] = []
    const onAttempt = (attempt: Attempt) => tried.push(attempt)
    const asked = { id: randomUUID(), signal: timeout.signal, deadline: Date.now() + timeoutMs, onAttempt }

    using waiting = this.status.show('waiting for the answer')
    const miner = await abortable(scope.resolve(MINER), timeout.signal)
    await abortable(Promise.resolve(miner.ready?.()), timeout.signal)
    const output = new PromptOutput({ ...flags, isJson: this.jsonEnabled(), waiting })
    try {
      const question = { messages }
      const answer = output.streams
        ? await output.stream(readAnswer(miner.prompt(question, asked), asked.signal))
        : await collectAnswer(miner, question, asked, { onFirst: () => output.first() })
      return output.finish(answer)
    } catch (thrown) {
      const plugin = scope.resolve(PLUGINS_IN_USE).find(({ kind }) => kind === 'miner')
      const error = plugin && !asked.signal.aborted ? blamePlugin(plugin, thrown) : thrown
      throw await output.fail(error, tried)
    }
  }
}

function late(ms: number): NoAnswer {
  return new NoAnswer('late', `there was no answer within ${ms / 1000} s`, {
    code: 'PROMPT_TIMEOUT',
    hint: 'allow more time with --timeout; miner check shows what is slow',
  })
}
