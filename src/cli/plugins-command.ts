import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { Config, Flags } from '@oclif/core'
import { openScope } from '../app/container.js'
import { hostSections, minerSection } from '../app/settings.js'
import { MINERS, PLUGINS } from '../app/tokens.js'
import { ConfigError } from '../config/config-error.js'
import { typedValue } from '../config/layers/argv.js'
import type { Layers } from '../config/look-up.js'
import { readBounded } from '../config/read-bounded.js'
import { settingsOf } from '../config/schema/setting.js'
import { holdsSecret } from '../config/schema/shape.js'
import { problemError } from '../plugin/load/plugin-error.js'
import { escapeControls } from '../text/escape.js'
import { MinerCommand } from './command.js'
import { refreshCompletion } from './completion/refresh.js'
import { formatMessage } from './errors/format-message.js'
import { UsageError } from './errors/usage-error.js'
import { lookUpFirst, openRunScope, readLayers } from './open-scope.js'
import { type Change, NO_SCRIPTS, type Npm } from './plugins/change-plugins.js'
import { DataFolder } from './plugins/data-folder.js'
import { lockPlugins } from './plugins/lock.js'
import { dataFolderSettings, runNpm } from './plugins/npm.js'
import { npmEnvironment } from './plugins/npm-environment.js'

/** What a command that changes plugins works with, while it holds the lock. */
type Changing = {
  readonly folder: DataFolder
  /** runs npm in the data folder */
  readonly npm: Npm
  /** runs npm in the folder of a linked plugin */
  npmIn(cwd: string, ...args: readonly string[]): Promise<void>
  /** what it has changed so far */
  readonly changes: Change[]
}

type Secrets = Parameters<typeof npmEnvironment>[1]

const noSecrets: Secrets = { variables: new Set(), files: [] }

const npmLevels = new Set(['silent', 'error', 'warn', 'notice', 'http', 'info', 'verbose', 'silly'])

/** A command that reads or changes the installed plugins. */
export abstract class PluginsCommand extends MinerCommand {
  protected get folder(): DataFolder {
    return new DataFolder(this.config.dataDir)
  }

  /**
   * Changes plugins under the lock of the data folder. Afterwards it warns of those that cannot be used, and rewrites
   * completion, whose flags come from plugins; both also when `work` fails after its first change.
   *
   * @param options.only the folder of the one plugin to warn of; by default all
   * @returns what `work` put into `changes`
   * @throws {UsageError} PLUGINS_LOCKED · DATA_FOLDER_UNWRITABLE · what `work` throws, with `changes`
   * @throws {ConfigError} CONFIG_INVALID when the file of `--config` cannot be read
   */
  protected async change(
    work: (changing: Changing) => Promise<void>,
    { verbose, only }: { readonly verbose: boolean; readonly only?: string },
  ): Promise<readonly Change[]> {
    const { folder } = this
    const layers = await readLayers(this.argv, this.config.configDir)
    if (typedValue(this.argv, 'config') !== undefined && layers.file && 'problem' in layers.file)
      throw new ConfigError('CONFIG_INVALID', [layers.file.problem])
    await using lock = await lockPlugins(folder.path, {
      command: this.id ?? 'plugins',
      onWait: holder => process.stderr.write(`waiting for another command to finish: ${escapeControls(holder)}\n`),
    })
    const set = this.config.scopedEnvVar('NPM_LOG_LEVEL')
    const logLevel = verbose ? 'verbose' : npmLevels.has(set ?? '') ? set : undefined
    let secrets: Promise<Secrets> | undefined
    const npmIn: Changing['npmIn'] = async (cwd, ...args) => {
      if (!args.includes(NO_SCRIPTS)) secrets ??= this.#secrets(layers)
      const env = npmEnvironment(process.env, (await secrets) ?? noSecrets)
      await runNpm(args, { cwd, env, logLevel, registry: this.config.npmRegistry, onStart: pid => lock.coverNpm(pid) })
    }
    const npm: Npm = (command, ...args) =>
      folder.undoFailed(() => npmIn(folder.path, command, ...dataFolderSettings, ...args))
    const changes: Change[] = []
    try {
      await work({ folder, npmIn, npm, changes })
    } catch (error) {
      if (error instanceof UsageError && changes.length > 0) error.plugins = changes
      throw error
    } finally {
      if (changes.length > 0) {
        await this.#warnUnusable(only)
        await refreshCompletion(this.config.root)
      }
    }
    return changes
  }

  /** Prints a line per plugin: `miner-shout 1.0.0 → 1.1.0`. */
  protected logChanges(changes: readonly Change[]): void {
    for (const { name, version, previous } of changes) {
      const what =
        version === null
          ? `uninstalled ${name} ${previous ?? ''}`
          : previous === null
            ? `installed ${name} ${version}`
            : previous === version
              ? `${name} ${version} is up to date`
              : `${name} ${previous} → ${version}`
      this.log(escapeControls(what.trimEnd()))
    }
  }

  /** Collects what install scripts must not see. A plugin that cannot be loaded contributes no variables. */
  async #secrets(layers: Layers): Promise<Secrets> {
    await using scope = await openRunScope(this.config, lookUpFirst(layers)).catch(() => openScope())
    const loaded = await Promise.allSettled([...scope.resolve(MINERS).values()].map(miner => miner.load()))
    const miners = loaded.flatMap(one => (one.status === 'fulfilled' ? [minerSection(one.value)] : []))
    const settings = [...Object.values(hostSections), ...miners].flatMap(settingsOf)
    // As text: one that is not valid TOML refers to secrets, too.
    const bytes = await readBounded(join(this.config.configDir, 'config.toml'), 1_048_576)
    const { table = {} } = layers.file && 'table' in layers.file ? layers.file : {}
    return {
      variables: new Set(settings.filter(({ shape }) => holdsSecret(shape)).flatMap(({ variables }) => variables)),
      files: [
        Buffer.isBuffer(bytes) ? bytes.toString('utf8') : '',
        JSON.stringify(table, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      ],
    }
  }

  /** Warns of plugins that cannot be used. Loads oclif's configuration anew, because this process has the old one. */
  async #warnUnusable(only: string | undefined): Promise<void> {
    const { plugins } = await Config.load({ root: this.config.root })
    await using scope = openScope({ plugins: [...plugins.values()], allow: null })
    for (const declared of scope.resolve(PLUGINS)) {
      if (!declared.problem) continue
      if (only !== undefined && realpathSync(declared.from.root) !== realpathSync(only)) continue
      const { message, hint } = problemError(declared)
      process.stderr.write(formatMessage({ label: 'warning', message, hint }))
    }
  }
}

/** The flags of every command that runs npm. */
export const npmFlags = {
  verbose: Flags.boolean({ char: 'v', description: "print npm's own output" }),
}

/** The flags of every command that runs install scripts. */
export const scriptFlags = {
  ...npmFlags,
  config: Flags.string({
    description: 'configuration file (TOML, or YAML by its name), whose secrets install scripts must not see either',
    helpValue: 'FILE',
    helpGroup: 'GLOBAL',
  }),
}
