import { randomUUID } from 'node:crypto'
import { Flags } from '@oclif/core'
import { ENDING, MINER } from '../app/tokens.js'
import { SettingsCommand } from '../cli/command.js'
import { questionArgs, questionFlags, readQuestion } from '../cli/question.js'
import { shown } from '../cli/shown.js'
import { listen } from '../plugin/listen.js'

/** How long an answer may take where no validator waits for it. */
const PATIENCE_MS = 10 * 60_000

export default class Prompt extends SettingsCommand {
  static override summary = 'Ask the miner here, without a network.'
  static override description =
    'The answer is printed as it comes. Without TEXT and --messages the question is read from standard input.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> "What is TAO?"',
    '<%= config.bin %> <%= command.id %> --roles system,user --messages "Be brief." "What is TAO?"',
    '$ echo hi | <%= config.bin %> <%= command.id %> --use echo',
  ]
  static override args = questionArgs
  static override flags = {
    ...questionFlags,
    stream: Flags.boolean({ description: 'print the answer as it comes', default: true, allowNo: true }),
  }

  async run(): Promise<unknown> {
    await using run = await this.open(Prompt)
    const { flags, args, scope } = run
    const messages = await readQuestion({ text: args.TEXT, ...flags })
    const signal = AbortSignal.any([scope.resolve(ENDING), AbortSignal.timeout(PATIENCE_MS)])
    const asked = { id: randomUUID(), signal, deadline: Date.now() + PATIENCE_MS }

    const miner = await scope.resolve(MINER)
    const startedAt = performance.now()
    const speech = listen(miner.prompt({ messages }, asked), signal)
    let completion = ''
    let lineIsOpen = false
    const show = (text: string) => {
      if (this.jsonEnabled()) return
      process.stdout.write(shown(text))
      lineIsOpen = !text.endsWith('\n')
    }
    try {
      for (;;) {
        const step = await speech.next()
        if (step.done) {
          if (!flags.stream) show(completion)
          return { completion, ...step.value, ms: Math.round(performance.now() - startedAt) }
        }
        completion += step.value
        if (flags.stream) show(step.value)
      }
    } finally {
      if (lineIsOpen) process.stdout.write('\n')
    }
  }
}
