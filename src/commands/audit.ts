import { Flags } from '@oclif/core'
import { hostSections } from '../app/settings.js'
import { CHOSEN_DIALECT, ENDING, HOTKEY } from '../app/tokens.js'
import { auditAxon } from '../audit/audit-axon.js'
import { AuditError } from '../audit/audit-error.js'
import { type FoundTarget, findTarget } from '../audit/find-target.js'
import { readCaller } from '../cli/audit/audit-caller.js'
import { beginningNote, notTriedWarning } from '../cli/audit/audit-notes.js'
import { auditPage } from '../cli/audit/audit-page.js'
import { auditQuestion, requireSmall } from '../cli/audit/audit-question.js'
import { confirmAddress } from '../cli/audit/confirm.js'
import { requireAnnounced } from '../cli/audit/require-announced.js'
import { type Run, SettingsCommand } from '../cli/command.js'
import { devConflicts } from '../cli/dev-mode.js'
import { formatMessage } from '../cli/errors/format-message.js'
import { UsageError } from '../cli/errors/usage-error.js'
import { readDuration } from '../cli/flags/duration.js'
import { readAxonUrl, readReceiver } from '../cli/question/axon-address.js'
import { lookAtChain } from '../cli/subnet/open-chain.js'
import { valuesOf } from '../config/configuration.js'
import { developmentKeys } from '../keys/development-keys.js'
import { axonText } from '../text/axon-text.js'
import { columnsOf } from '../text/fill.js'
import { readAddress } from '../wallet/read-address.js'

const [, bob] = developmentKeys

export default class AuditCommand extends SettingsCommand {
  static override summary = 'Attack your own miner with every known hole of axons, and see what it withstands.'
  static override description =
    "Attacks an axon on this machine, within bounds: a good request first, then each attack, some of which take half a minute. The caller must be let in for most of them: //Alice with --dev, a hotkey of this machine with --as, or else a key of the audit's own, whose address it prints for --allow of `miner serve`. It exits with 1 if the axon fell to an attack, or if the audit could not begin; attacks that were not tried change no exit code, and a warning counts them. With --remote it attacks your own axon on another machine, with at most 50 small requests."
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dev',
    '<%= config.bin %> <%= command.id %> --as validator/default',
    `<%= config.bin %> <%= command.id %> --dev --json | jq '.attacks[] | select(.verdict == "fell")'`,
    '<%= config.bin %> <%= command.id %> --netuid 1 --as validator/default --remote --url http://203.0.113.9:8091',
  ]
  static override flags = {
    dev: Flags.boolean({
      description: 'attack the `miner serve --dev` of this machine, as //Alice',
      exclusive: ['as', 'remote'],
    }),
    as: Flags.string({ description: 'wallet and hotkey that ask', helpValue: 'WALLET/HOTKEY' }),
    url: Flags.string({
      description: 'address of the axon; by default the port of the miner on this machine',
      helpValue: 'http://HOST:PORT',
    }),
    receiver: Flags.string({
      description: "hotkey of the axon; by default the wallet's",
      helpValue: 'SS58',
      exclusive: ['remote'],
    }),
    synapse: Flags.string({
      description: "which synapse to send; by default the dialect's first that is signed",
      helpValue: 'NAME',
    }),
    body: Flags.string({
      description: "fields that replace those of the synapse's example: JSON, a file of it, or - for standard input",
      helpValue: 'JSON|FILE|-',
    }),
    timeout: Flags.string({
      description: 'how long to wait for an answer (between 100ms and 1h; default: that of the synapse, or 12s)',
      helpValue: 'DURATION',
    }),
    remote: Flags.boolean({
      description:
        'attack an axon at an address beyond this machine, which the chain announces for the hotkey of the wallet',
      dependsOn: ['url'],
    }),
    yes: Flags.boolean({
      description: 'do not ask before an axon of another machine is attacked',
      dependsOn: ['remote'],
    }),
  }
  static override readonly reads = ['subnet', 'dialect', 'wallet', 'axon', 'subtensor'] as const
  static override readonly fewOf = { axon: ['port'] }
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(AuditCommand, {
      conflicts: ({ dev }, typed) => (dev ? devConflicts(typed, ['wallet', 'subtensor']) : []),
    })
    const { flags, scope, configuration } = run
    const signal = scope.resolve(ENDING)
    const { port } = valuesOf(configuration, hostSections.axon)
    const url = readAxonUrl(flags.url ?? (port === 0 ? undefined : `http://127.0.0.1:${port}`))
    const timeoutMs = flags.timeout === undefined ? undefined : readDuration('--timeout', flags.timeout)
    const question = await auditQuestion(scope.resolve(CHOSEN_DIALECT), { ...flags, timeoutMs })
    const openCaller = readCaller({ ...flags, dataFolder: this.config.dataDir })
    const target = await findTarget(url, signal)
    requireBounds(target, flags)
    if (!target.isLoopback) requireSmall(question)
    const receiver = flags.dev && !flags.receiver ? bob.address : await this.#receiver(run)
    if (!target.isLoopback) await this.#requireRemote(run, { receiver, target })
    const caller = await openCaller(scope)

    const attacked = { url: `http://${axonText(target)}`, receiver, caller: caller.address }
    if (!this.jsonEnabled()) process.stderr.write(`${beginningNote(attacked)}\n`)
    using waiting = this.status.show('sending a good request')
    const report = await auditAxon({
      target,
      receiver,
      caller,
      question,
      isRemote: !target.isLoopback,
      onAttack: ({ title }) => waiting.change(`attacking: ${title}`),
      signal,
    })
    waiting[Symbol.dispose]()
    if (report.rows.some(({ verdict }) => verdict === 'fell')) process.exitCode = 1
    if (!this.jsonEnabled()) this.log(auditPage(report, columnsOf(process.stdout)))
    const warning = notTriedWarning(report, { caller: caller.address, isRemote: !target.isLoopback })
    if (warning) process.stderr.write(formatMessage(warning))
    return { ...attacked, synapse: question.synapse, isLetIn: report.isLetIn, attacks: report.rows }
  }

  /** Returns the hotkey of the axon: the one that is typed, or the wallet's. */
  async #receiver({ flags, configuration, scope }: Run<typeof AuditCommand>): Promise<string> {
    if (flags.receiver !== undefined) return readReceiver(flags.receiver)
    const { address } = await readAddress(valuesOf(configuration, hostSections.wallet))
    return address ?? (await scope.resolve(HOTKEY)).address
  }

  /** Requires all that an axon of another machine needs before it is attacked. */
  async #requireRemote(
    { flags, scope, configuration }: Run<typeof AuditCommand>,
    {
      receiver,
      target,
    }: { readonly receiver: string; readonly target: { readonly ip: string; readonly port: number } },
  ): Promise<void> {
    const address = axonText(target)
    const { netuid } = valuesOf(configuration, hostSections.subnet)
    const signal = scope.resolve(ENDING)
    using waiting = this.status.show('reading the chain')
    await requireAnnounced({ chain: await lookAtChain(scope), netuid, hotkey: receiver, target, signal })
    waiting[Symbol.dispose]()
    if (!flags.yes) await confirmAddress(address, signal)
  }
}

/**
 * Requires that --remote is given for an address beyond this machine, and for no other.
 *
 * @throws {AuditError} NOT_LOOPBACK
 * @throws {UsageError} FLAGS_CONFLICT
 */
function requireBounds(
  target: FoundTarget,
  { remote, dev }: { readonly remote: boolean; readonly dev: boolean },
): void {
  const address = axonText(target)
  if (target.isLoopback && remote) {
    const message = `--remote is for an axon of another machine, and ${address} is a loopback address`
    throw new UsageError('FLAGS_CONFLICT', message, 'leave --remote out, or name the announced address with --url')
  }
  if (target.isLoopback || remote) return
  const there = `audit it on its own machine at http://127.0.0.1:${target.port}`
  throw new AuditError('NOT_LOOPBACK', `${address} is not a loopback address`, {
    hint: dev ? there : `${there}, or with --remote, which sends a few small requests only`,
  })
}
