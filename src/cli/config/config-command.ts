import { resolve } from 'node:path'
import { Args, Flags } from '@oclif/core'
import type { Scope } from '../../app/scope.js'
import { MINERS } from '../../app/tokens.js'
import { MinerCommand } from '../command.js'
import { configFileOf } from '../config-file-of.js'
import { lookUpFirst, openRunScope } from '../open-scope.js'
import { type OpenFile, openConfigFile } from './config-file.js'
import type { CheckedSections } from './file-problems.js'
import { type NamedSetting, type NamedSettingOptions, namedSetting } from './named-setting.js'
import { noteFaults } from './note-faults.js'
import { noteUnused, unusedSecretFiles } from './unused-secret-files.js'

/** The argument of every command that names a setting. */
export const keyArg = {
  KEY: Args.string({ description: 'the setting, such as axon.port', required: true, ignoreStdin: true }),
}

/** A command that reads or changes the configuration file. Mistakes in the settings of the file do not stop it. */
export abstract class ConfigCommand extends MinerCommand {
  static override baseFlags = {
    config: Flags.string({
      description: 'configuration file (TOML, or YAML by its name)',
      helpValue: 'FILE',
      helpGroup: 'GLOBAL',
    }),
  }

  /** the file of this run, which need not exist */
  protected get path(): string {
    return resolve(configFileOf(this.argv, this.config.configDir).path)
  }

  /**
   * Reads the file, and opens a scope with the plugins that it allows.
   *
   * @throws {ConfigError} CONFIG_INVALID when the file cannot be read or parsed
   */
  protected async openFile(): Promise<{ readonly file: OpenFile; readonly scope: Scope }> {
    const file = await openConfigFile(this.path)
    const lookup = lookUpFirst({ argv: [], env: process.env, file: file.content })
    return { file, scope: await openRunScope(this.config, lookup) }
  }

  /** Warns of what is wrong with the file as it stands now. */
  protected async noteFaults(scope: Scope): Promise<void> {
    await noteFaults((await openConfigFile(this.path)).content, scope.resolve(MINERS))
  }

  /** Warns of what is wrong with the file now, and of files of secrets that it referred to before and no longer does. */
  protected async noteChange(before: OpenFile, scope: Scope, { sections }: CheckedSections): Promise<void> {
    const { content } = await openConfigFile(this.path)
    noteUnused(this.path, await unusedSecretFiles(before.content, content, sections))
    await noteFaults(content, scope.resolve(MINERS))
  }

  /** @throws {UsageError} UNKNOWN_SETTING */
  protected async settingOf(...[key, scope, options]: SettingOf): Promise<NamedSetting> {
    return namedSetting(key, scope.resolve(MINERS), { ...options, command: `miner ${this.id?.replaceAll(':', ' ')}` })
  }
}

type SettingOf = [key: string, scope: Scope, options?: Omit<NamedSettingOptions, 'command'>]
