import { existsSync } from 'node:fs'
import { Flags } from '@oclif/core'
import { packageInfo } from '../app/package-info.js'
import { allSections } from '../app/settings.js'
import { ENDING, HOTKEY } from '../app/tokens.js'
import { type Run, SettingsCommand } from '../cli/command.js'
import { writeOwnFile } from '../cli/config/config-file.js'
import { doctorContext } from '../cli/doctor/doctor-context.js'
import { doctorJson } from '../cli/doctor/doctor-json.js'
import { countVerdicts, doctorPage } from '../cli/doctor/doctor-page.js'
import { doctorReport, reportExists } from '../cli/doctor/doctor-report.js'
import { redactFindings } from '../cli/doctor/redact-findings.js'
import { doctorChecks } from '../cli/doctor-checks/doctor-checks.js'
import { errorFindings } from '../cli/doctor-checks/settings-checks.js'
import { readAxonUrl } from '../cli/question/axon-address.js'
import { devHotkey, devRules } from '../cli/serving/dev-rules.js'
import { typedValue } from '../config/layers/argv.js'
import { expandHome } from '../config/read-bounded.js'
import type { Finding } from '../doctor/check.js'
import { checkNames } from '../doctor/doctor-table.js'
import { runChecks } from '../doctor/run-checks.js'
import { escapeControls } from '../text/escape.js'
import { columnsOf } from '../text/fill.js'

export default class DoctorCommand extends SettingsCommand {
  static override summary = 'Find what keeps the miner from earning, and what mends it.'
  static override description =
    'Checks the settings, the plugins, this machine, the wallet, the chain, the way to the axon, the model and the budget, each for itself: what fails or takes too long is unknown, and the rest is told all the same. Like `miner check` it asks each endpoint and key one tiny question; --ask asks a whole one. It changes nothing, and asks for no password. The exit code is 1 when it finds a fault; warnings do not count. docs/doctor.md lists the checks.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --ask --report doctor.md',
    '<%= config.bin %> <%= command.id %> --only clock,port,headers --url http://203.0.113.7:8091',
    `<%= config.bin %> <%= command.id %> --json | jq '.checks[].findings[] | select(.verdict == "fault")'`,
  ]
  static override flags = {
    ask: Flags.boolean({ description: 'measure the speed of the model by one whole question, which costs money' }),
    dev: Flags.boolean({ description: 'check what `miner serve --dev` needs: no wallet and no chain' }),
    url: Flags.string({
      description: 'where validators reach the axon, for the check of headers; by default the announced address',
      helpValue: 'http://HOST:PORT',
    }),
    only: Flags.string({
      description: `checks to run, separated by commas; by default all: ${checkNames.join(', ')}`,
      helpValue: 'NAME',
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
      options: [...checkNames],
    }),
    report: Flags.string({
      description: 'also write the result to a file, without secrets, to paste in an issue',
      helpValue: 'FILE',
    }),
    force: Flags.boolean({ description: 'replace a report that exists', dependsOn: ['report'] }),
  }
  static override readonly reads = allSections

  async run(): Promise<unknown> {
    const { run: opened, unusable } = await this.#open()
    await using run = opened
    const { flags, scope, configuration, layers } = run
    const url = flags.url === undefined ? null : readAxonUrl(flags.url)
    const report = flags.report === undefined ? null : expandHome(flags.report)
    if (report !== null && !flags.force && existsSync(report)) throw reportExists(report)
    if (flags.dev) scope.provide(HOTKEY, devHotkey())

    const context = doctorContext({
      scope,
      configuration,
      configFile: typedValue(layers.argv, 'config'),
      envFile: typedValue(layers.argv, 'env-file'),
      dev: flags.dev,
      asks: flags.ask,
      url,
      unusable,
    })
    using waiting = this.status.show('beginning')
    const found = await runChecks(doctorChecks(context, (flags.only ?? []) as typeof checkNames), {
      signal: scope.resolve(ENDING),
      onProgress: running => waiting.change(`checking ${running.join(', ')}`),
    })
    waiting[Symbol.dispose]()
    const checked = redactFindings(found, configuration.secretValues)
    if (countVerdicts(checked).fault > 0) process.exitCode = 1

    const about = { at: new Date(), version: packageInfo().version }
    if (!this.jsonEnabled()) this.log(doctorPage(checked, { width: columnsOf(process.stdout), stream: process.stdout }))
    if (report !== null) {
      const text = doctorReport(checked, { ...about, configuration })
      if (!(await writeOwnFile(report, text, { force: flags.force }))) throw reportExists(report)
      if (!this.jsonEnabled())
        process.stderr.write(`the report is in ${escapeControls(report)}: read it before you paste it\n`)
    }
    return { ...doctorJson(checked, about), ...(report !== null && { report }) }
  }

  /**
   * Opens the run although settings have problems. When the miner or the dialect that file or variables name cannot be loaded,
   * opens it without them.
   */
  async #open(): Promise<{ readonly run: Run<typeof DoctorCommand>; readonly unusable: readonly Finding[] }> {
    const opening = { ...devRules, tolerant: true, quiet: true }
    try {
      return { run: await this.open(DoctorCommand, opening), unusable: [] }
    } catch (error) {
      const unusable = errorFindings(error)
      const isTyped = ['use', 'dialect', 'dialect-file'].some(flag => typedValue(this.argv, flag) !== undefined)
      if (unusable === null || isTyped) throw error
      try {
        return { run: (await this.open(WithoutMiner, opening)) as Run<typeof DoctorCommand>, unusable }
      } catch {
        throw error // it was another mistake than the miner's name
      }
    }
  }
}

/** The same command for a miner or a dialect that cannot be loaded. */
class WithoutMiner extends DoctorCommand {
  static override readonly reads = DoctorCommand.reads.filter(name => name !== 'dialect')
  static override readonly usesMiner = false
}
