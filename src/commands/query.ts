import { Flags } from '@oclif/core'
import { CHOSEN_DIALECT, DENDRITE, ENDING, HOTKEY } from '../app/tokens.js'
import { SettingsCommand } from '../cli/command.js'
import { devConflicts, developmentUrl } from '../cli/dev-mode.js'
import { formatMessage } from '../cli/errors/format-message.js'
import { UsageError } from '../cli/errors/usage-error.js'
import { readDuration } from '../cli/flags/duration.js'
import { changedFields, fieldLines, plainFields } from '../cli/output/fields.js'
import { AnswerOutput } from '../cli/output/terminal.js'
import { chooseSynapse } from '../cli/question/choose-synapse.js'
import { questionArgs, questionFlags } from '../cli/question/question.js'
import { fieldWarnings, readSynapseQuestion } from '../cli/question/synapse-question.js'
import type { DendriteReply } from '../dendrite/create-dendrite.js'
import { explain } from '../dendrite/explain.js'
import { developmentKeys } from '../keys/development-keys.js'
import { keypairFromUri } from '../keys/key-uri.js'
import { isAddress } from '../keys/ss58.js'

const [alice, bob] = developmentKeys

/** What a dendrite waits unless it is told otherwise. */
const DEFAULT_MS = 12_000

export default class Query extends SettingsCommand {
  static override summary = 'Ask an axon as a validator does, over HTTP, signed.'
  static override description =
    `The question is signed with the hotkey of the wallet, or with //Alice under --dev. It is a text where the synapse holds a conversation, else, or where none is typed at a terminal, the synapse's example, with the fields of --body over it.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dev "What is TAO?"',
    `<%= config.bin %> <%= command.id %> --url http://203.0.113.9:8091 --receiver ${bob.address} "What is TAO?"`,
    '<%= config.bin %> <%= command.id %> --dev --stream "What is TAO?"',
    '<%= config.bin %> <%= command.id %> --dev --dialect-file haiku.toml --synapse Haiku --body \'{"topic": "autumn"}\'',
  ]
  static override args = questionArgs
  static override flags = {
    ...questionFlags,
    synapse: Flags.string({ description: "what is asked; the dialect's first when left out", helpValue: 'NAME' }),
    body: Flags.string({
      description: "fields over those of the synapse's example: JSON, a file of it, or - for standard input",
      helpValue: 'JSON|FILE|-',
    }),
    dev: Flags.boolean({ description: 'ask the `miner serve --dev` of this machine, as //Alice' }),
    url: Flags.string({ description: 'where the axon is', helpValue: 'http://HOST:PORT' }),
    receiver: Flags.string({ description: 'hotkey of the axon, for which the question is signed', helpValue: 'SS58' }),
    timeout: Flags.string({
      description: 'how long to wait for the answer (between 100ms and 1h; default that of the synapse, or 12s)',
      helpValue: 'DURATION',
    }),
    stream: Flags.boolean({ description: 'ask for the answer piece by piece, and tell how soon it came' }),
  }
  static override readonly reads = ['subnet', 'wallet'] as const
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(Query, {
      conflicts: ({ dev }, typed) => (dev ? devConflicts(typed, ['wallet']) : []),
    })
    const { flags, args, scope } = run
    if (flags.dev) scope.provide(HOTKEY, keypairFromUri(alice.uri))
    const url = readUrl(flags.url ?? (flags.dev ? developmentUrl : undefined))
    const receiver = readReceiver(flags.receiver ?? (flags.dev ? bob.address : undefined))
    const { name, route } = chooseSynapse(scope.resolve(CHOSEN_DIALECT), flags)
    const timeoutMs = flags.timeout ? readDuration('--timeout', flags.timeout) : (route.timeout ?? DEFAULT_MS)
    const question = await readSynapseQuestion({ name, route }, { text: args.TEXT, ...flags })
    if (question.isExample && process.stdin.isTTY) process.stderr.write(`asking ${name} with its example\n`)
    // A validator may send anything, and how an axon takes it is worth knowing.
    process.stderr.write(fieldWarnings({ name, route }, question.fields).map(formatMessage).join(''))

    const dendrite = await scope.resolve(DENDRITE)
    const ask = { url, receiver, ...question, timeoutMs, signal: scope.resolve(ENDING) }
    const output = new AnswerOutput()
    const said: Buffer[] = []
    const show = (piece: string | Uint8Array) =>
      this.jsonEnabled() ? void said.push(Buffer.from(piece)) : output.show(piece)
    const heard =
      route.frames && (await hear(route.frames === 'text' ? dendrite.stream(ask) : dendrite.relay(ask), show))
    const reply = heard?.reply ?? (await dendrite.ask(ask))

    const { status, message, fields } = reply
    const trouble = explain(reply)
    const changed = changedFields(question.fields, fields)
    const isWhole = !heard?.pieces && !trouble
    const { into } = question
    if (isWhole) show(into ? String(fields.get(into)) : fieldLines(changed))
    output.end()
    if (trouble) process.exitCode = 1
    const axonMs = rounded(reply.axonMs)
    const ms = Math.round(reply.ms)
    const streamed = heard && { firstMs: rounded(reply.firstMs), pieces: heard.pieces }
    if (!this.jsonEnabled()) {
      if (isWhole && !into && changed.size === 0)
        process.stderr.write('the reply has the fields of the question, unchanged\n')
      if (streamed && (streamed.pieces > 0 || !trouble)) process.stderr.write(pace({ ...streamed, ms }))
      if (trouble) process.stderr.write(formatMessage({ label: String(status ?? 'no status'), ...trouble }))
    }
    return { ...answer(), status, message, axonMs, ...streamed, ms, ...(trouble && { error: trouble }) }

    function answer() {
      const isThere = isWhole || heard?.pieces
      if (into) return { completion: isThere ? fields.get(into) : null }
      if (route.frames && !isWhole) return { stream: isThere ? Buffer.concat(said).toString() : null }
      return { fields: isThere ? plainFields(changed) : null }
    }
  }
}

/** Listens to the end, and hands each piece on as it comes. */
async function hear(
  speech: AsyncGenerator<string | Uint8Array, DendriteReply>,
  onPiece: (piece: string | Uint8Array) => void,
): Promise<{ readonly pieces: number; readonly reply: DendriteReply }> {
  for (let pieces = 0; ; pieces++) {
    const step = await speech.next()
    if (step.done) return { pieces, reply: step.value }
    onPiece(step.value)
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
