import { join, resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { contradictions } from '../../app/settings.js'
import { CHOSEN_DIALECT, PLUGINS_IN_USE } from '../../app/tokens.js'
import { ConfigError } from '../../config/config-error.js'
import type { Service } from '../../service/service.js'
import { UnitTextError } from '../../service/systemd-text.js'
import { escapeControls } from '../../text/escape.js'
import { SettingsCommand } from '../command.js'
import { UsageError } from '../errors/usage-error.js'
import { checkWithoutChain } from '../serving/check-without-chain.js'
import { requireApart } from './find-log-file.js'
import { makeService } from './make-service.js'
import type { NextStep, StepOptions } from './next-steps.js'
import { requireBudget } from './require-budget.js'
import { type MadeFile, writeFiles } from './write-files.js'

/** What a command makes of a service. */
export type Made = {
  /** the first is the one that is printed */
  readonly files: readonly [MadeFile, ...MadeFile[]]
  /** folders beside them, for data */
  readonly folders?: readonly string[]
  /** files beside them, which the operator makes next */
  readonly later?: readonly string[]
  /** what the operator does next */
  readonly next: readonly NextStep[]
}

/** A command that prints or writes what runs `miner serve` for good. It starts nothing, and needs no other user's rights. */
export abstract class ServiceCommand extends SettingsCommand {
  static override flags = {
    'service-name': Flags.string({
      description: 'what it is called, and its folders',
      helpValue: 'NAME',
      default: 'bittensor-miner',
    }),
    write: Flags.string({ description: 'write the files to this folder', helpValue: 'DIR' }),
    force: Flags.boolean({ description: 'replace files that exist', dependsOn: ['write'] }),
  }

  /** Makes the files of a service. */
  protected abstract make(service: Service, options: StepOptions): Promise<Made>

  async run(): Promise<unknown> {
    await using run = await this.open(this.constructor as typeof ServiceCommand, { secrets: 'leave' })
    const { flags, configuration, layers, scope } = run
    const wrong = contradictions(configuration)
    if (wrong.length > 0) throw new ConfigError('CONFIG_INVALID', wrong)
    checkWithoutChain(configuration, scope.resolve(CHOSEN_DIALECT))
    const { configDir } = this.config
    const service = await makeService({ name: requireName(flags['service-name']), configuration, layers, configDir })
    await requireBudget(scope)
    const folder = resolve(flags.write ?? '.')
    const isWritten = flags.write !== undefined
    const options = { folder, isWritten, plugins: scope.resolve(PLUGINS_IN_USE) }
    const { files, folders = [], later = [], next } = await this.make(service, options).catch(refuseText)
    if (service.logFile && isWritten) {
      const made = [...files.map(({ path }) => path), ...folders, ...later].map(path => join(folder, path))
      const { path } = service.logFile
      await requireApart(path, { path, name: service.name, kept: [folder, ...made] })
    }
    const paths = isWritten ? await writeFiles(files, { folder, folders, force: flags.force }) : []
    this.log(isWritten ? paths.map(escapeControls).join('\n') : files[0].text.trimEnd())
    process.stderr.write(next.map(stepText).join(''))
    return { ...(isWritten ? { written: paths } : { files }), next }
  }
}

function stepText({ why, commands = [] }: NextStep): string {
  // A quoted line end or tab is a part of its command.
  const shown = commands.map(command => command.replace(/[^\n\t]+/g, escapeControls))
  return [`# ${escapeControls(why)}`, ...shown].map(line => `${line}\n`).join('')
}

function requireName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return name
  const message = '--service-name must have letters, digits, `.`, `_` and `-` only, and begin with a letter or a digit'
  throw new UsageError('INVALID_VALUE', message, '--service-name miner-sn1')
}

function refuseText(error: unknown): never {
  if (!(error instanceof UnitTextError)) throw error
  const message = `a unit of systemd cannot hold ${escapeControls(JSON.stringify(error.text))}`
  throw new UsageError('NOT_A_SERVICE', message, 'write the setting to the configuration file, or rename the file')
}
