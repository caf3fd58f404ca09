import { Flags } from '@oclif/core'
import { CHOSEN_DIALECT, DENDRITE, ENDING, HOTKEY } from '../app/tokens.js'
import { SettingsCommand } from '../cli/command.js'
import { devConflicts } from '../cli/dev-mode.js'
import { formatMessage } from '../cli/errors/format-message.js'
import { readDuration } from '../cli/flags/duration.js'
import { developmentAxon } from '../cli/open-scope.js'
import { QueryOutput } from '../cli/output/query-output.js'
import { consume } from '../cli/output/terminal.js'
import { readAxonAddress } from '../cli/question/axon-address.js'
import { chooseSynapse } from '../cli/question/choose-synapse.js'
import { questionArgs, questionFlags } from '../cli/question/question.js'
import { replyLabel } from '../cli/question/reply-label.js'
import { fieldWarnings, readSynapseQuestion } from '../cli/question/synapse-question.js'
import { readRepeats, repeatFlags } from '../cli/repeat/repeat-flags.js'
import { type RepeatedQuestion, repeatQuestion } from '../cli/repeat/repeat-question.js'
import type { TallySummary } from '../cli/repeat/reply-tally.js'
import { tallyMessages, tallyPage } from '../cli/repeat/tally-page.js'
import type { DendriteAsk, DendriteReply } from '../dendrite/create-dendrite.js'
import { explain, type ReplyExplanation } from '../dendrite/explain.js'
import { requestIdOf } from '../dendrite/request-id.js'
import { retryAfterOf } from '../dendrite/retry-after.js'
import { developmentKeys } from '../keys/development-keys.js'
import { keypairFromUri } from '../keys/key-uri.js'
import { escapeControls } from '../text/escape.js'
import { columnsOf } from '../text/fill.js'

const [alice, bob] = developmentKeys

/** How long bittensor's dendrite waits by default. */
const DEFAULT_MS = 12_000

export default class Query extends SettingsCommand {
  static override summary = 'Ask an axon as a validator does: over HTTP, signed.'
  static override description =
    `Signs the question with the hotkey of the wallet, or with //Alice under --dev. The question is TEXT when the synapse holds a conversation; otherwise, or when nothing is typed at a terminal, it is the synapse's example with the fields of --body over it.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dev "What is TAO?"',
    `<%= config.bin %> <%= command.id %> --url http://203.0.113.9:8091 --receiver ${bob.address} "What is TAO?"`,
    '<%= config.bin %> <%= command.id %> --dev --stream "What is TAO?"',
    '<%= config.bin %> <%= command.id %> --dev --count 1000 --concurrency 16 "What is TAO?"',
    '<%= config.bin %> <%= command.id %> --dev --dialect-file haiku.toml --synapse Haiku --body \'{"topic": "autumn"}\'',
  ]
  static override args = questionArgs
  static override flags = {
    ...questionFlags,
    synapse: Flags.string({ description: "which synapse to send; by default the dialect's first", helpValue: 'NAME' }),
    body: Flags.string({
      description: "fields that replace those of the synapse's example: JSON, a file of it, or - for standard input",
      helpValue: 'JSON|FILE|-',
    }),
    dev: Flags.boolean({ description: 'ask the `miner serve --dev` of this machine, as //Alice' }),
    url: Flags.string({ description: 'address of the axon', helpValue: 'http://HOST:PORT' }),
    receiver: Flags.string({ description: 'hotkey of the axon, for which the question is signed', helpValue: 'SS58' }),
    timeout: Flags.string({
      description: 'how long to wait for the answer (between 100ms and 1h; default: that of the synapse, or 12s)',
      helpValue: 'DURATION',
    }),
    stream: Flags.boolean({ description: 'ask for a streamed answer, and print how fast it came' }),
    ...repeatFlags,
  }
  static override readonly reads = ['subnet', 'dialect', 'wallet'] as const
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(Query, {
      conflicts: ({ dev }, typed) => (dev ? devConflicts(typed, ['wallet']) : []),
    })
    const { flags, args, scope } = run
    const repeats = readRepeats(flags)
    if (flags.dev) scope.provide(HOTKEY, keypairFromUri(alice.uri))
    const axon = await readAxonAddress({ ...flags, developmentAxon: () => developmentAxon(run.layers) })
    const synapse = chooseSynapse(scope.resolve(CHOSEN_DIALECT), flags)
    const { timeout = DEFAULT_MS, frames } = synapse.route
    const timeoutMs = flags.timeout ? readDuration('--timeout', flags.timeout) : timeout
    const question = await readSynapseQuestion(synapse, { text: args.TEXT, ...flags })
    if (question.isExample && process.stdin.isTTY) process.stderr.write(`asking ${synapse.name} with its example\n`)
    // Warnings, not errors: a validator may send anything, and how an axon takes it is worth knowing.
    process.stderr.write(fieldWarnings(synapse, question.fields).map(formatMessage).join(''))

    const dendrite = await scope.resolve(DENDRITE)
    const ask = { ...axon, ...question, timeoutMs, signal: scope.resolve(ENDING) }
    const whole = (how: How = {}) => dendrite.ask({ ...ask, ...how })
    const stream = (how: How = {}): AsyncGenerator<string | Uint8Array, DendriteReply> =>
      frames === 'text' ? dendrite.stream({ ...ask, ...how }) : dendrite.relay({ ...ask, ...how })
    if (repeats) {
      const isStream = frames !== undefined
      const once = isStream ? (how: How) => consume(stream(how), () => {}) : whole
      const asking = { ask: once, explain: explained, isStream, ending: ask.signal, status: this.status }
      return this.#show(await repeatQuestion(repeats, asking))
    }

    using waiting = this.status.show('waiting for the axon')
    const output = new QueryOutput({ ...question, isJson: this.jsonEnabled(), waiting, output: this.answer })
    const reply = frames ? await output.stream(stream()) : await whole()

    const problem = explained(reply)
    const requestId = requestIdOf(reply.rawHeaders)
    const finished = output.finish(reply, { isFailed: problem !== null })
    const document = { ...finished, ...(requestId !== null && { requestId }) }
    if (problem && !this.jsonEnabled()) process.stderr.write(formatMessage({ label: replyLabel(reply), ...problem }))
    // A script that asks without --json finds standard error empty after an answer.
    const tellsId = requestId !== null && !this.jsonEnabled() && (problem !== null || process.stderr.isTTY)
    if (tellsId) process.stderr.write(`request id ${escapeControls(requestId)}\n`)
    if (!problem) return document
    process.exitCode = 1
    const retryAfter = retryAfterOf(reply.rawHeaders)
    return { ...document, ...(retryAfter !== null && { retryAfter }), error: problem }
  }

  #show({ summary, exit }: RepeatedQuestion): TallySummary {
    process.exitCode = exit
    if (this.jsonEnabled()) return summary
    process.stdout.write(tallyPage(summary, columnsOf(process.stdout)))
    process.stderr.write(tallyMessages(summary).map(formatMessage).join(''))
    return summary
  }
}

type How = Partial<Pick<DendriteAsk, 'uuid' | 'signal'>>

function explained(reply: DendriteReply): ReplyExplanation | null {
  return explain({ ...reply, retryAfter: retryAfterOf(reply.rawHeaders) })
}
