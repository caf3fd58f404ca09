import { setTimeout } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { hostSections } from '../app/settings.js'
import { ENDING } from '../app/tokens.js'
import { SettingsCommand } from '../cli/command.js'
import { readDuration } from '../cli/flags/duration.js'
import { LivePage } from '../cli/output/live-page.js'
import { escapeForTerminal } from '../cli/output/terminal.js'
import { type StatusSource, statusSource } from '../cli/status/collect-status.js'
import { findProblems } from '../cli/status/find-problems.js'
import { statusJson } from '../cli/status/status-json.js'
import { statusPage } from '../cli/status/status-page.js'
import { lookAtChain } from '../cli/subnet/open-chain.js'
import { valuesOf } from '../config/configuration.js'
import { typedValue } from '../config/layers/argv.js'
import { columnsOf } from '../text/fill.js'

/** How often --watch renews the page: the chain makes a block as often. */
const RENEW_MS = 12_000

export default class StatusCommand extends SettingsCommand {
  static override summary = 'Show how the miner does: on the chain, on this machine, and who asks it.'
  static override description =
    'Compares what the chain holds with this machine, pings the announced address, and reads the file that a running `miner serve` renews. It asks for no password if the public half of the hotkey is beside it. A miner that serves with --network none keeps no such file: it is found by its admin port, which needs --admin-port. One that serves with --dev is not found. It exits with 1 when it finds a problem; the page lists each with its fix.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --netuid 1',
    '<%= config.bin %> <%= command.id %> --netuid 1 --watch',
    `<%= config.bin %> <%= command.id %> --netuid 1 --json | jq '.problems'`,
  ]
  static override flags = {
    watch: Flags.boolean({ description: 'go on, and renew the page until Ctrl-C' }),
    interval: Flags.string({
      description: 'how often --watch renews it (between 100ms and 1h; default 12s)',
      helpValue: 'DURATION',
      dependsOn: ['watch'],
    }),
  }
  static override readonly reads = ['subnet', 'wallet', 'axon', 'policy', 'neuron', 'subtensor'] as const
  static override readonly fewOf = {
    axon: ['port', 'externalIp', 'externalPort'],
    policy: ['requirePermit', 'minStake'],
    neuron: ['announce', 'addressServices'],
  }
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(StatusCommand)
    const { flags, scope } = run
    const intervalMs = flags.interval === undefined ? RENEW_MS : readDuration('--interval', flags.interval)
    const { network } = valuesOf(run.configuration, hostSections.subtensor)
    const chain = network === 'none' ? null : await lookAtChain(scope)
    const source = await statusSource(scope, { chain, configFile: typedValue(run.layers.argv, 'config') })
    const signal = scope.resolve(ENDING)
    if (flags.watch) return await this.#watch(source, intervalMs, signal)

    using waiting = this.status.show('reading the chain')
    const status = await source.read(signal)
    waiting[Symbol.dispose]()
    const findings = findProblems(status)
    if (findings.problems.length > 0) process.exitCode = 1
    if (this.jsonEnabled()) return statusJson(status, findings)
    this.log(statusPage(status, findings, columnsOf(process.stdout)).trimEnd())
    return undefined
  }

  /** Goes on until a signal ends the program, or standard output is closed. */
  async #watch(source: StatusSource, intervalMs: number, signal: AbortSignal): Promise<never> {
    const page = new LivePage()
    using waiting = this.status.show('reading the chain')
    for (;;) {
      const status = await source.read(signal)
      waiting[Symbol.dispose]()
      const findings = findProblems(status)
      // One line each, so that a program can read one document after the other.
      if (this.jsonEnabled())
        process.stdout.write(escapeForTerminal(`${JSON.stringify(statusJson(status, findings))}\n`))
      else page.show(statusPage(status, findings, columnsOf(process.stdout)))
      await setTimeout(intervalMs, undefined, { signal })
    }
  }
}
