import { Command, Flags, type Interfaces, ux } from '@oclif/core'
import type { Scope } from '../app/container.js'
import { createLog } from '../app/log/logger.js'
import { logOutput } from '../app/log/output.js'
import { type HostSection, hostSections, minerSection } from '../app/settings.js'
import {
  CHOSEN_DIALECT,
  CHOSEN_MINER,
  CONFIGURATION,
  DIALECTS,
  LOG,
  MINERS,
  PLUGINS,
  PLUGINS_IN_USE,
  RESOURCES,
} from '../app/tokens.js'
import { TimeoutError, withTimeout } from '../async/timeout.js'
import { ConfigError } from '../config/config-error.js'
import { type Configuration, valuesOf, withDefault } from '../config/configuration.js'
import type { TypedFlag } from '../config/layers/flag-layer.js'
import { loadConfiguration } from '../config/load.js'
import type { Layers } from '../config/look-up.js'
import type { Problem } from '../config/problem.js'
import { redactText } from '../config/secrets.js'
import type { SecretsMode } from '../config/values/resolve-setting.js'
import { PluginError } from '../plugin/load/plugin-error.js'
import { chooseDialect, chooseMiner } from './choose-plugin.js'
import { UsageError } from './errors/usage-error.js'
import { expandBooleanFlags } from './flags/boolean-flags.js'
import { sectionsOf, settingFlags, typedSettings } from './flags/setting-flags.js'
import { unknownFlags } from './flags/unknown-flags.js'
import { openRunScope, readConfigFile, requireAllow } from './open-scope.js'
import { escapeForTerminal } from './output/terminal.js'
import { warnOfProblems } from './plugins/log-plugins.js'

/** A command run: what was typed, what is configured, and the scope that builds from it. */
export type Run<C extends typeof SettingsCommand> = AsyncDisposable & {
  readonly flags: Interfaces.InferredFlags<C['flags']>
  readonly args: Interfaces.InferredArgs<C['args']>
  readonly configuration: Configuration
  readonly scope: Scope
}

type Opening = {
  readonly secrets?: SecretsMode
  /** settings that a flag of the command stands for, such as `--dev`, whatever was typed */
  readonly implied?: (flags: Record<string, unknown>) => readonly TypedFlag[]
  /** what is wrong with them beside each other */
  readonly conflicts?: (flags: Record<string, unknown>, typed: readonly TypedFlag[]) => readonly Problem[]
}

/** A command of this program. Its errors are told in one place, `showError`. */
export abstract class MinerCommand extends Command {
  static override enableJsonFlag = true

  protected async readLayers(): Promise<Layers> {
    return { argv: this.argv, env: process.env, file: await readConfigFile(this.argv, this.config.configDir) }
  }

  protected async openScope(): Promise<Scope> {
    const layers = await this.readLayers()
    await requireAllow(layers)
    return openRunScope(this.config, layers)
  }

  /** What JSON leaves as it is may still drive a terminal: C1, bidirectional controls. Escaped, it is the same document. */
  override logJson(document: unknown): void {
    process.stdout.write(escapeForTerminal(`${ux.colorizeJson(document, { pretty: true })}\n`))
  }

  protected override async catch(error: Error): Promise<void> {
    throw error
  }
}

/** A command that reads settings. Its own flags are static; those of settings come from their sections. */
export abstract class SettingsCommand extends MinerCommand {
  static override baseFlags = {
    config: Flags.string({ description: 'configuration file (TOML)', helpValue: 'FILE', helpGroup: 'GLOBAL' }),
  }

  /** the host's sections that it reads; others never disturb it */
  static readonly reads: readonly HostSection[] = []
  /** Does it ask, or show, a miner? */
  static readonly usesMiner: boolean = true

  #secrets: readonly string[] = []

  /**
   * Reads the command line and the configuration, and opens the scope of this run.
   *
   * @throws {ConfigError} with everything that is wrong, flags included
   * @throws {UsageError} UNKNOWN_MINER · UNKNOWN_DIALECT
   */
  protected async open<C extends typeof SettingsCommand>(
    ctor: C,
    { secrets = 'resolve', implied, conflicts }: Opening = {},
  ): Promise<Run<C>> {
    const layers = await this.readLayers()
    const scope = await openRunScope(this.config, layers)
    try {
      const miners = scope.resolve(MINERS)
      const chosen = ctor.usesMiner ? await chooseMiner(miners, layers) : null
      const dialect = ctor.reads.includes('subnet') ? await chooseDialect(scope.resolve(DIALECTS), layers) : null
      const sections = [...sectionsOf(ctor), ...(chosen ? [minerSection(chosen)] : [])]
      const known = [...Object.values(hostSections), ...[...miners.keys()].map(name => ({ name }))]

      const flagged = settingFlags(sections)
      const argv = expandBooleanFlags(this.argv, flagged.descriptions)
      const { flags, args, unknown } = await this.#parse(ctor, flagged.flags, argv)
      const typed = typedSettings(flagged.descriptions, flags, this.argv)
      const decided = implied?.(flags) ?? []
      const problems: Problem[] = await unknownFlags(unknown, {
        known: Object.keys({ ...ctor.flags, ...ctor.baseFlags, ...flagged.flags }),
        miners,
        chosen,
      })
      problems.push(...(conflicts?.(flags, typed) ?? []))
      const read = await loadConfiguration({
        sections,
        known,
        flags: [...typed.filter(({ path }) => !decided.some(one => one.path === path)), ...decided],
        ...layers,
        secrets,
      }).catch((error: unknown) => {
        if (!(error instanceof ConfigError) || error.problems.length === 0) throw error
        throw new ConfigError('CONFIG_INVALID', [...problems, ...error.problems])
      })
      if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)

      if (chosen && valuesOf(read, hostSections.top).use !== chosen.name) throw looksLikeFlag('--use')
      if (dialect && (read.values.dialect ?? dialect.name) !== dialect.name) throw looksLikeFlag('--dialect')
      // What a file holds has its own name, which a dialect of the catalogue may have, too.
      const named = read.values.dialectFile === undefined ? dialect : null
      const configuration = named ? withDefault(read, 'dialect', named.name) : read
      this.#secrets = configuration.secretValues
      const { level } = valuesOf(configuration, hostSections.log)
      const output = scope.resolve(RESOURCES).own(await logOutput())
      const log = await createLog({ level, secrets: configuration.secretValues, output })
      for (const { code, message, hint } of configuration.warnings)
        log.warn({ event: 'configuration', code, message, hint })
      const inUse = [chosen && miners.get(chosen.name), named && scope.resolve(DIALECTS).get(named.name)]
      const plugins = inUse.flatMap(entry => entry?.plugin ?? [])
      warnOfProblems(scope.resolve(PLUGINS), plugins, log)
      scope.provide(PLUGINS_IN_USE, plugins)
      scope.provide(CONFIGURATION, configuration)
      scope.provide(LOG, log)
      if (chosen) scope.provide(CHOSEN_MINER, chosen)
      if (dialect) scope.provide(CHOSEN_DIALECT, dialect)
      return {
        flags: flags as Run<C>['flags'],
        args: args as Run<C>['args'],
        configuration,
        scope,
        [Symbol.asyncDispose]: () => closeScope(scope),
      }
    } catch (error) {
      await scope[Symbol.asyncDispose]()
      if (error instanceof PluginError && error.code === 'PLUGIN_NOT_ALLOWED') await requireAllow(layers)
      throw error
    }
  }

  /** Blots out secrets in what went wrong: a miner's own words may hold what it was given. */
  protected override async catch(error: Error & { hint?: unknown }): Promise<void> {
    for (const key of ['message', 'hint', 'stack'] as const) {
      const text = error[key]
      if (typeof text === 'string') Object.assign(error, { [key]: redactText(text, this.#secrets) })
    }
    throw error
  }

  /** oclif only cuts the command line into flags and words; a flag it does not know is one problem among others. */
  async #parse(ctor: typeof SettingsCommand, flags: Interfaces.FlagInput, argv: string[]) {
    const options = {
      flags: { ...ctor.flags, ...flags },
      baseFlags: ctor.baseFlags,
      args: ctor.args,
      enableJsonFlag: ctor.enableJsonFlag,
      strict: true,
    }
    try {
      return { ...(await this.parse(options, argv)), unknown: [] }
    } catch (error) {
      if (!isUnknownFlags(error)) throw error
      this.parsed = true
      return { ...error.parse.output, unknown: error.flags }
    }
  }
}

/** How long closing may take. */
const CLOSE_MS = 2_000

/** Closes it. A miner that is never done with closing must not keep the program alive. */
async function closeScope(scope: Scope): Promise<void> {
  await withTimeout(scope[Symbol.asyncDispose](), CLOSE_MS).catch(error => {
    if (!(error instanceof TimeoutError)) throw error
  })
}

/** It was taken for the flag where only the words are known, and for a value where they are parsed. */
function looksLikeFlag(flag: string): UsageError {
  const hint = `write it with an equals sign: --messages="${flag}=like this"`
  return new UsageError('UNEXPECTED_ARGUMENT', `a value looks like the flag ${flag}`, hint)
}

type UnknownFlags = Error & {
  readonly flags: string[]
  readonly parse: {
    readonly output: { readonly flags: Record<string, unknown>; readonly args: Record<string, unknown> }
  }
}

// oclif exports the class from a file of its own only, so it is known by its name.
function isUnknownFlags(error: unknown): error is UnknownFlags {
  return error instanceof Error && error.constructor.name === 'NonExistentFlagsError'
}
