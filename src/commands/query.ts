import { Flags } from '@oclif/core'
import { answerField, questionOf } from '../app/prompting-question.js'
import { DENDRITE, ENDING, HOTKEY } from '../app/tokens.js'
import { AnswerOutput } from '../cli/answer-output.js'
import { SettingsCommand } from '../cli/command.js'
import { besideDev, developmentUrl } from '../cli/development.js'
import { hear } from '../cli/hear.js'
import { questionArgs, questionFlags, readQuestion } from '../cli/question.js'
import { readDuration } from '../cli/read-duration.js'
import { UsageError } from '../cli/usage-error.js'
import { words } from '../cli/words.js'
import { explain } from '../dendrite/explain.js'
import { developmentKeys } from '../keys/development-keys.js'
import { keypairFromUri } from '../keys/key-uri.js'
import { isAddress } from '../keys/ss58.js'

const [alice, bob] = developmentKeys

export default class Query extends SettingsCommand {
  static override summary = 'Ask an axon as a validator does, over HTTP, signed.'
  static override description = 'The question is signed with the hotkey of the wallet, or with //Alice under --dev.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dev "What is TAO?"',
    `<%= config.bin %> <%= command.id %> --url http://203.0.113.9:8091 --receiver ${bob.address} "What is TAO?"`,
    '<%= config.bin %> <%= command.id %> --dev --stream "What is TAO?"',
  ]
  static override args = questionArgs
  static override flags = {
    ...questionFlags,
    dev: Flags.boolean({ description: 'ask the `miner serve --dev` of this machine, as //Alice' }),
    url: Flags.string({ description: 'where the axon is', helpValue: 'http://HOST:PORT' }),
    receiver: Flags.string({ description: 'hotkey of the axon, for which the question is signed', helpValue: 'SS58' }),
    timeout: Flags.string({
      description: 'how long to wait for the answer (between 100ms and 1h; default 12s)',
      helpValue: 'DURATION',
    }),
    stream: Flags.boolean({ description: 'ask for the answer piece by piece, and tell how soon it came' }),
  }
  static override readonly reads = ['wallet'] as const
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(Query, {
      conflicts: ({ dev }, typed) => (dev ? besideDev(typed, ['wallet']) : []),
    })
    const { flags, args, scope } = run
    if (flags.dev) scope.provide(HOTKEY, keypairFromUri(alice.uri))
    const url = readUrl(flags.url ?? (flags.dev ? developmentUrl : undefined))
    const receiver = readReceiver(flags.receiver ?? (flags.dev ? bob.address : undefined))
    const timeoutMs = readDuration('--timeout', flags.timeout ?? '12s')
    const messages = await readQuestion({ text: args.TEXT, ...flags })

    const dendrite = await scope.resolve(DENDRITE)
    const ask = { url, receiver, ...questionOf(messages, flags), timeoutMs, signal: scope.resolve(ENDING) }
    const output = new AnswerOutput()
    const show = (text: string) => this.jsonEnabled() || output.show(text)
    const heard = flags.stream ? await hear(dendrite.stream({ ...ask, into: answerField }), show) : null
    const reply = heard?.end ?? (await dendrite.ask(ask))

    const { status, message } = reply
    const completion = reply.fields.get(answerField)
    const trouble = explain(reply)
    if (!heard && !trouble) show(String(completion))
    output.end()
    if (trouble) process.exitCode = 1
    const axonMs = rounded(reply.axonMs)
    const ms = Math.round(reply.ms)
    const streamed = heard && { firstMs: rounded(reply.firstMs), pieces: heard.pieces }
    if (!this.jsonEnabled()) {
      if (streamed && (streamed.pieces > 0 || !trouble)) process.stderr.write(pace({ ...streamed, ms }))
      if (trouble)
        process.stderr.write(
          words({ label: String(status ?? 'no status'), message: trouble.sentence, hint: trouble.hint }),
        )
    }
    return { completion: trouble && !heard?.pieces ? null : completion, status, message, axonMs, ...streamed, ms }
  }
}

type Pace = { readonly pieces: number; readonly firstMs: number | null; readonly ms: number }

function pace({ pieces, firstMs, ms }: Pace): string {
  const first = firstMs === null ? '' : ` the first after ${firstMs} ms,`
  return `${pieces} ${pieces === 1 ? 'piece' : 'pieces'},${first} the end after ${ms} ms\n`
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms)
}

function readUrl(text: string | undefined): URL {
  if (text === undefined)
    throw new UsageError('URL_MISSING', 'which axon? --url is missing', '--url http://HOST:PORT, or --dev')
  const url = URL.parse(text)
  // Nothing but host and port is used; what else it holds may be a secret, and is not repeated.
  if (url?.protocol === 'http:' && url.hostname && url.href === `${url.origin}/`) return url
  throw new UsageError('INVALID_VALUE', '--url must be the address of an axon, and no more', '--url http://HOST:PORT')
}

function readReceiver(text: string | undefined): string {
  const hint = '--receiver with the ss58 address that the axon serves for; it begins with 5'
  if (text === undefined) throw new UsageError('RECEIVER_MISSING', 'for whom is it signed? --receiver is missing', hint)
  if (!isAddress(text)) throw new UsageError('INVALID_VALUE', '--receiver is not a hotkey', hint)
  return text
}
