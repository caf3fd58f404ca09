import { randomUUID } from 'node:crypto'
import { Flags } from '@oclif/core'
import { ENDING, MINER } from '../app/tokens.js'
import { AnswerOutput } from '../cli/answer-output.js'
import { SettingsCommand } from '../cli/command.js'
import { hear } from '../cli/hear.js'
import { howAnswered, whatWasTried } from '../cli/how-answered.js'
import { questionArgs, questionFlags, readQuestion } from '../cli/question.js'
import { listen } from '../plugin/listen.js'
import { NoAnswer } from '../plugin/no-answer.js'

/** How long an answer may take where no validator waits for it. */
const PATIENCE_MS = 10 * 60_000

export default class Prompt extends SettingsCommand {
  static override summary = 'Ask the miner here, without a network.'
  static override description =
    'The answer is printed as it comes. Without TEXT and --messages the question is read from standard input.'
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
    verbose: Flags.boolean({
      description: 'tell who answered, after which attempts, how fast, and with how many tokens',
    }),
  }

  async run(): Promise<unknown> {
    await using run = await this.open(Prompt)
    const { flags, args, scope } = run
    const messages = await readQuestion({ text: args.TEXT, ...flags })
    const signal = AbortSignal.any([scope.resolve(ENDING), AbortSignal.timeout(PATIENCE_MS)])
    const asked = { id: randomUUID(), signal, deadline: Date.now() + PATIENCE_MS }

    const miner = await scope.resolve(MINER)
    await miner.ready?.()
    const output = new AnswerOutput()
    const show = (text: string) => this.jsonEnabled() || output.show(text)
    const tell = (text: string) => flags.verbose && !this.jsonEnabled() && process.stderr.write(text)
    try {
      const speech = listen(miner.prompt({ messages }, asked), signal)
      const { text, firstMs, ms, end: outcome } = await hear(speech, piece => flags.stream && show(piece))
      if (!flags.stream) show(text)
      output.end()
      tell(howAnswered({ outcome, firstMs, ms }))
      return { completion: text, ...outcome, firstMs, ms }
    } catch (error) {
      output.end()
      if (error instanceof NoAnswer && error.attempts) tell(whatWasTried(error.attempts))
      throw error
    }
  }
}
