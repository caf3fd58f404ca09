import { Command, Flags, type Interfaces, ux } from '@oclif/core'
import type { RunScope, Scope } from '../app/scope.js'
import type { HostSection } from '../app/settings.js'
import { TimeoutError, withTimeout } from '../async/timeout.js'
import type { Configuration } from '../config/configuration.js'
import type { FileContent } from '../config/layers/config-file.js'
import type { Layers, Lookup } from '../config/look-up.js'
import { redactText } from '../config/redact.js'
import type { SecretsMode } from '../config/values/resolve-setting.js'
import { PluginError } from '../plugin/load/plugin-error.js'
import { traceFrom } from './errors/print-error.js'
import { envFileFlag } from './flags/env-file-flag.js'
import type { Reader } from './flags/reader.js'
import {
  type CommandLineRules,
  choosePlugins,
  configureRun,
  type Parse,
  type ParsedWords,
  parseCommandLine,
  provideRun,
} from './open-run.js'
import { lookUpFirst, lookUpLogLevel, openRunScope, readLayers, readLayersAgain, requireAllow } from './open-scope.js'
import { StatusLine } from './output/status-line.js'
import { AnswerOutput, escapeForTerminal } from './output/terminal.js'

/** A command run: its parsed command line, its configuration, and the scope that builds from them. */
export type Run<C extends typeof SettingsCommand> = AsyncDisposable & {
  readonly flags: Interfaces.InferredFlags<C['flags']>
  readonly args: Interfaces.InferredArgs<C['args']>
  /** where the configuration comes from, for settings of sections that the command does not read */
  readonly layers: Layers
  readonly configuration: Configuration
  readonly scope: RunScope
  /**
   * Reads the file again, and checks the whole configuration, as `open` does. The scope keeps what it was opened with.
   *
   * @param last what was read last: a file that was there must still be
   */
  reread(last: Layers): Promise<Pick<Run<C>, 'layers' | 'configuration'>>
}

type Opening = CommandLineRules & {
  readonly secrets?: SecretsMode
  /** the configuration file in place of the one on the disk; null: none */
  readonly file?: FileContent | null
  /** does not log the warnings of the configuration, which an earlier opening has logged */
  readonly quiet?: boolean
  /** whether the log goes to the file that `log-file.path` names, too */
  readonly logsToFile?: boolean
}

type ConfigureOptions = {
  readonly layers: Layers
  readonly lookup: Lookup
  readonly scope: RunScope
  readonly opening: Opening
}

/** A command of this program. `printError` prints its errors. */
export abstract class MinerCommand extends Command {
  static override enableJsonFlag = true

  protected async openScope(): Promise<Scope> {
    const layers = await readLayers(this.argv, this.config.configDir)
    traceFrom(await lookUpLogLevel(layers))
    const lookup = lookUpFirst(layers)
    await requireAllow(lookup)
    return openRunScope(this.config, lookup)
  }

  /** Escapes what JSON leaves and a terminal obeys: C1, bidirectional controls. Escaped, the document is the same. */
  override logJson(document: unknown): void {
    // Elsewhere there are no colours, and `colorizeJson` takes four times as long for a whole subnet.
    const text = process.stdout.isTTY ? ux.colorizeJson(document, { pretty: true }) : JSON.stringify(document, null, 2)
    process.stdout.write(escapeForTerminal(`${text}\n`))
  }

  protected override async catch(error: Error): Promise<void> {
    throw error
  }
}

/** A command that reads settings. Its own flags are static; the flags of settings come from their sections. */
export abstract class SettingsCommand extends MinerCommand {
  static override baseFlags = {
    config: Flags.string({
      description: 'configuration file (TOML, or YAML by its name)',
      helpValue: 'FILE',
      helpGroup: 'GLOBAL',
    }),
    'env-file': envFileFlag,
    // The Python SDK refused unknown flags and keys with it, as this program always does.
    strict: Flags.boolean({ hidden: true }),
  }

  /** the host's sections that it reads; problems of other sections are ignored */
  static readonly reads: readonly HostSection[] = []
  /**
   * of sections of which it uses a few settings only, their keys: help leaves the others out, and the command line
   * takes them all the same, as `serve` does
   */
  static readonly fewOf: Reader['fewOf'] = {}
  /** whether it asks or shows a miner */
  static readonly usesMiner: boolean = true

  /** shows that the command waits */
  protected readonly status = new StatusLine()
  /** prints an answer */
  protected readonly answer = new AnswerOutput()

  #secrets: readonly string[] = []

  /**
   * Reads the command line and the configuration, and opens the scope of this run.
   *
   * @throws {ConfigError} CONFIG_INVALID with all problems, those of the command line first
   * @throws {UsageError} UNKNOWN_MINER · UNKNOWN_DIALECT · UNEXPECTED_ARGUMENT
   */
  protected async open<C extends typeof SettingsCommand>(ctor: C, opening: Opening = {}): Promise<Run<C>> {
    const found = await readLayers(this.argv, this.config.configDir)
    const layers = opening.file === undefined ? found : { ...found, file: opening.file }
    traceFrom(await lookUpLogLevel(layers))
    const lookup = lookUpFirst(layers)
    const scope = await openRunScope(this.config, lookup)
    try {
      const { line, chosen, configuration } = await this.#configure(ctor, { layers, lookup, scope, opening })
      this.#secrets = configuration.secretValues
      const warnings = opening.quiet ? [] : configuration.warnings
      const output = { status: this.status, answer: this.answer, logsToFile: opening.logsToFile === true }
      await provideRun({ scope, chosen, configuration: { ...configuration, warnings }, ...output })
      const run: Run<C> = {
        flags: line.flags as Run<C>['flags'],
        args: line.args as Run<C>['args'],
        layers,
        configuration,
        scope,
        reread: async last => {
          const layers = await readLayersAgain(last, this.config.configDir)
          const again = { layers, lookup: lookUpFirst(layers), scope, opening }
          return { layers, configuration: (await this.#configure(ctor, again)).configuration }
        },
        [Symbol.asyncDispose]: () => closeScope(scope),
      }
      return run
    } catch (error) {
      await scope[Symbol.asyncDispose]()
      if (error instanceof PluginError && error.code === 'PLUGIN_NOT_ALLOWED') await requireAllow(lookup)
      throw error
    }
  }

  /** Chooses the plugins, and reads the command line and the configuration with their settings. */
  async #configure(ctor: typeof SettingsCommand, { layers, lookup, scope, opening }: ConfigureOptions) {
    const { secrets = 'resolve', file: _file, quiet: _quiet, ...rules } = opening
    const chosen = await choosePlugins(ctor, { scope, lookup })
    const parse: Parse = (flags, argv) => this.#parse(ctor, flags, argv)
    const line = await parseCommandLine(ctor, { argv: this.argv, parse, scope, chosen, ...rules })
    return { chosen, line, configuration: await configureRun({ line, layers, scope, chosen, secrets }) }
  }

  /** Redacts secrets in an error: the text of a miner's error may hold the settings that it was given. */
  protected override async catch(error: Error): Promise<void> {
    throw this.redacted(error)
  }

  protected redacted(error: Error & { hint?: unknown }, seen = new Set<unknown>()): Error {
    seen.add(error)
    if (error.cause instanceof Error && !seen.has(error.cause)) this.redacted(error.cause, seen)
    for (const key of ['message', 'hint', 'stack'] as const) {
      const text = error[key]
      // Not assigned: the `message` of a DOMException, an aborted `fetch` of a plugin, has only a getter.
      if (typeof text === 'string') Object.defineProperty(error, key, { value: redactText(text, this.#secrets) })
    }
    return error
  }

  /** Cuts the command line into flags and words. Unknown flags are returned, to be reported with the other problems. */
  async #parse(ctor: typeof SettingsCommand, flags: Interfaces.FlagInput, argv: string[]): Promise<ParsedWords> {
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

/** Closes a scope, for at most CLOSE_MS: a miner that never closes must not keep the program alive. */
async function closeScope(scope: Scope): Promise<void> {
  await withTimeout(scope[Symbol.asyncDispose](), CLOSE_MS).catch(error => {
    if (!(error instanceof TimeoutError)) throw error
  })
}

type UnknownFlags = Error & {
  readonly flags: string[]
  readonly parse: {
    readonly output: { readonly flags: Record<string, unknown>; readonly args: Record<string, unknown> }
  }
}

// The index of @oclif/core does not export the class, so it is recognized by its name.
function isUnknownFlags(error: unknown): error is UnknownFlags {
  return error instanceof Error && error.constructor.name === 'NonExistentFlagsError'
}
