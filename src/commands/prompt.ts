import { randomUUID } from 'node:crypto'
import { Flags } from '@oclif/core'
import { ENDING, PLUGINS_IN_USE } from '../app/tokens.js'
import { timeoutSignal } from '../async/timeout.js'
import { type Run, SettingsCommand } from '../cli/command.js'
import { converse } from '../cli/converse.js'
import { printError } from '../cli/errors/print-error.js'
import { readDuration } from '../cli/flags/duration.js'
import { type PromptDocument, PromptOutput } from '../cli/output/prompt-output.js'
import type { ShownStatus } from '../cli/output/status-line.js'
import { openingMessages, questionArgs, questionFlags, readQuestion } from '../cli/question/question.js'
import { readyMiner } from '../cli/ready-miner.js'
import type { Problem } from '../config/problem.js'
import { blamePlugin } from '../plugin/load/plugin-error.js'
import type { Attempt, Message, Miner } from '../plugin/miner.js'
import { NoAnswer } from '../plugin/no-answer.js'
import { readAnswer } from '../plugin/run/read-answer.js'
import { collectAnswer } from '../plugin/run/whole-answer.js'
import { escapeControls } from '../text/escape.js'

export default class Prompt extends SettingsCommand {
  static override summary = 'Ask the miner directly, without a network.'
  static override description =
    'Prints the answer as it comes. Piped text comes before TEXT; without TEXT and --messages it is the question. With -i, each piped line is a question.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> "What is TAO?"',
    '<%= config.bin %> <%= command.id %> --roles system,user --messages "Be brief." "What is TAO?"',
    '<%= config.bin %> <%= command.id %> --verbose "What is TAO?"',
    '<%= config.bin %> <%= command.id %> -i -s "Be brief."',
    '$ cat notes.txt | <%= config.bin %> <%= command.id %> "Summarise this."',
    '$ echo hi | <%= config.bin %> <%= command.id %> --use echo',
  ]
  static override args = questionArgs
  static override flags = {
    ...questionFlags,
    interactive: Flags.boolean({
      char: 'i',
      description:
        'hold a conversation: each question is asked with those before it and their answers; /clear begins a new one, /exit ends it',
    }),
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
    const isJson = this.jsonEnabled()
    await using run = await this.open(Prompt, {
      conflicts: ({ interactive }) => (interactive && isJson ? [jsonConversation] : []),
    })
    const { flags, args, scope } = run
    if (flags.interactive) return await this.#converse(run)
    const messages = await readQuestion({ text: args.TEXT, ...flags })
    const timeoutMs = readDuration('--timeout', flags.timeout ?? DEFAULT_TIMEOUT)
    const ending = scope.resolve(ENDING)
    let miner: Miner | undefined
    using timeout = timeoutSignal({ ms: timeoutMs + GRACE_MS, reason: () => late(timeoutMs, miner), parent: ending })
    using waiting = this.status.show(WAITING)
    const deadline = Date.now() + timeoutMs
    miner = await readyMiner(scope, timeout.signal)
    const output = new PromptOutput({ ...flags, isJson, waiting, output: this.answer })
    return await this.#ask(run, { miner, messages, signal: timeout.signal, deadline, output, waiting })
  }

  async #converse(run: Run<typeof Prompt>): Promise<void> {
    const { flags, args, scope } = run
    const opening = openingMessages({ text: args.TEXT, ...flags })
    const ms = readDuration('--timeout', flags.timeout ?? DEFAULT_TIMEOUT)
    let miner: Miner | undefined
    const reason = () => late(ms, miner)
    const ready = async () => {
      using timeout = timeoutSignal({ ms, reason, parent: scope.resolve(ENDING) })
      using _ = this.status.show('starting the miner')
      return await readyMiner(scope, timeout.signal)
    }
    const answering = await ready()
    miner = answering
    await converse({
      opening,
      ask: async (messages, stop) => {
        using timeout = timeoutSignal({ ms: ms + GRACE_MS, reason, parent: stop })
        using waiting = this.status.show(WAITING)
        const output = new PromptOutput({ ...flags, isJson: false, waiting, output: this.answer })
        const deadline = Date.now() + ms
        const asking = { miner: answering, messages, signal: timeout.signal, deadline, output, waiting }
        try {
          return (await this.#ask(run, asking)).completion
        } catch (error) {
          if (stop.aborted) return output.text
          throw error
        }
      },
      report: error => {
        const code = printError(this.redacted(error as Error), [])
        // For a script; a user at the terminal has seen the error.
        if (!process.stdin.isTTY) process.exitCode ||= code
      },
    })
  }

  async #ask(
    { scope }: Run<typeof Prompt>,
    { miner, messages, signal, deadline, output, waiting }: Asking,
  ): Promise<PromptDocument> {
    const tried: Attempt[] = []
    const onAttempt = (attempt: Attempt) => {
      tried.push(attempt)
      waiting.change(waitText(attempt))
    }
    const asked = { id: randomUUID(), signal, deadline, onAttempt }
    try {
      const question = { messages }
      const answer = output.streams
        ? await output.stream(readAnswer(miner.prompt(question, asked), signal))
        : await collectAnswer(miner, question, asked, { onFirst: () => output.first() })
      return output.finish(answer)
    } catch (thrown) {
      const plugin = scope.resolve(PLUGINS_IN_USE).find(({ kind }) => kind === 'miner')
      const error = plugin && !signal.aborted ? blamePlugin(plugin, thrown) : thrown
      throw await output.fail(error, tried)
    }
  }
}

const DEFAULT_TIMEOUT = '10m'
/** A miner that keeps to its deadline reports what took so long; this command knows only that something did. */
const GRACE_MS = 100
const WAITING = 'waiting for the answer'

type Asking = {
  readonly miner: Miner
  readonly messages: readonly Message[]
  readonly signal: AbortSignal
  readonly deadline: number
  readonly output: PromptOutput
  readonly waiting: ShownStatus
}

/** Returns what the user waits for after an attempt: when that failed, also why, and how long its endpoint asks to wait. */
function waitText({ endpoint, error, retryAfterMs }: Attempt): string {
  if (error === undefined || error === 'HEDGE_LOST') return WAITING
  const wait = retryAfterMs === undefined ? '' : ` in ${Math.ceil(retryAfterMs / 1000)} s`
  return `asking again${wait}: ${escapeControls(endpoint)} ${waitReasons[error] ?? `failed with ${escapeControls(error)}`}`
}

const waitReasons: Readonly<Record<string, string>> = {
  MODEL_RATE_LIMITED: 'refuses because of its rate limit',
  MODEL_LOADING: 'is still loading the model',
}

const jsonConversation: Problem = {
  code: 'RULE_BROKEN',
  message: '--interactive and --json do not go together: a conversation is not one document',
  hint: 'leave out one of them; --json prints one answer',
}

function late(ms: number, miner: Miner | undefined): NoAnswer {
  return new NoAnswer('late', `there was no answer within ${ms / 1000} s`, {
    code: 'PROMPT_TIMEOUT',
    hint: `allow more time with --timeout${miner?.check ? '; miner check shows what is slow' : ''}`,
  })
}
