import type { Interfaces } from '@oclif/core'
import { createLog } from '../app/log/logger.js'
import { logOutput } from '../app/log/output.js'
import type { RunScope, Scope } from '../app/scope.js'
import { hostSections, minerSection } from '../app/settings.js'
import {
  CHOSEN_DIALECT,
  CHOSEN_MINER,
  CONFIGURATION,
  DIALECTS,
  LOG,
  MINERS,
  PLUGINS_IN_USE,
  PROGRESS,
  RESOURCES,
  SET_LOG_LEVEL,
} from '../app/tokens.js'
import { type Configuration, valuesOf, withDefault } from '../config/configuration.js'
import type { TypedFlag } from '../config/layers/flag-layer.js'
import { loadConfiguration } from '../config/load.js'
import type { Layers, Lookup } from '../config/look-up.js'
import type { Problem } from '../config/problem.js'
import type { Section } from '../config/schema/section.js'
import type { SecretsMode } from '../config/values/resolve-setting.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import type { Log } from '../plugin/log.js'
import type { MinerDefinition } from '../plugin/miner.js'
import { escapeName } from '../text/escape.js'
import { shellWord } from '../text/shell-word.js'
import { chooseDialect, chooseMiner } from './choose-plugin.js'
import { UsageError } from './errors/usage-error.js'
import { expandBooleanFlags } from './flags/boolean-flags.js'
import { goneFlags, goneTruths } from './flags/old-flags.js'
import type { Reader } from './flags/reader.js'
import { requireValues } from './flags/require-values.js'
import { sectionsOf, settingFlags, typedSettings } from './flags/setting-flags.js'
import { dropEmptyLists, spellFlags } from './flags/spell-flags.js'
import { hideSingleDashed, unknownFlags } from './flags/unknown-flags.js'
import type { StatusLine } from './output/status-line.js'
import type { AnswerOutput } from './output/terminal.js'
import { warnOfNoContract } from './plugins/log-plugins.js'
import { openLogFile } from './serving/open-log-file.js'

// The steps of `SettingsCommand.open`, in their order.

/** The miner and the dialect of a run; null when the command uses none. */
export type ChosenPlugins = { readonly miner: MinerDefinition | null; readonly dialect: DialectDefinition | null }

/**
 * Chooses the miner and the dialect that the command uses.
 *
 * @throws {UsageError} UNKNOWN_MINER · UNKNOWN_DIALECT
 * @throws {ConfigError} CONFIG_INVALID with what is wrong with the dialect's file
 */
export async function choosePlugins(
  { usesMiner, reads }: Reader,
  { scope, lookup }: { readonly scope: Scope; readonly lookup: Lookup },
): Promise<ChosenPlugins> {
  return {
    miner: usesMiner ? await chooseMiner(scope.resolve(MINERS), lookup) : null,
    dialect: reads.includes('dialect') ? await chooseDialect(scope.resolve(DIALECTS), lookup) : null,
  }
}

/** What a command adds to its command line. */
export type CommandLineRules = {
  /** settings that a flag of the command stands for, such as `--dev`; they replace the typed ones */
  readonly implied?: (flags: Record<string, unknown>) => readonly TypedFlag[]
  /** what is wrong with typed settings beside the command's flags */
  readonly conflicts?: (flags: Record<string, unknown>, typed: readonly TypedFlag[]) => readonly Problem[]
}

/** A command line, cut into flags and words by oclif. */
export type ParsedWords = {
  readonly flags: Record<string, unknown>
  readonly args: Record<string, unknown>
  /** flags that the command does not have */
  readonly unknown: readonly string[]
}

/** Cuts `argv` with the command's own flags and those of settings. */
export type Parse = (settings: Interfaces.FlagInput, argv: string[]) => Promise<ParsedWords>

type CommandLineOptions = CommandLineRules & {
  readonly argv: readonly string[]
  readonly parse: Parse
  readonly scope: Scope
  readonly chosen: ChosenPlugins
}

/** A parsed command line: the command's own flags and arguments, and the settings that were typed. */
export type CommandLine = Omit<ParsedWords, 'unknown'> & {
  /** the sections whose settings the command reads */
  readonly sections: readonly Section[]
  readonly typed: readonly TypedFlag[]
  /** what each typed flag has that no setting has taken over, without dashes; `true` for a switch */
  readonly goneFlags: ReadonlyMap<string, string>
  readonly problems: readonly Problem[]
}

/** Parses the command line with the flags of the settings that the command reads. */
export async function parseCommandLine(
  command: Reader & {
    readonly args: Interfaces.ArgInput
    readonly flags: Interfaces.FlagInput
    readonly baseFlags: Interfaces.FlagInput
  },
  { argv, parse, scope, chosen: { miner }, implied, conflicts }: CommandLineOptions,
): Promise<CommandLine> {
  const sections = [...sectionsOf(command), ...(miner ? [minerSection(miner)] : [])]
  const { descriptions, flags: settings } = settingFlags(sections, { besideText: Object.keys(command.args).length > 0 })
  const gone = goneFlags(sections, descriptions)
  const parsed = { ...gone, ...settings }
  const known = { ...parsed, ...command.flags, ...command.baseFlags }
  const names = { known: Object.keys(known), descriptions }
  const spelled = dropEmptyLists(spellFlags(argv, names), descriptions)
  const words = expandBooleanFlags(hideSingleDashed(spelled, names), [...descriptions, ...goneTruths(sections)])
  requireValues(words, known)
  const { flags, args, unknown } = await parse(parsed, words)
  const typed = typedSettings(descriptions, flags, spelled)
  const decided = implied?.(flags) ?? []
  return {
    flags,
    args,
    sections,
    typed: [...typed.filter(({ path }) => !decided.some(one => one.path === path)), ...decided],
    goneFlags: new Map(
      Object.keys(gone).flatMap(flag => (flags[flag] === undefined ? [] : [[flag, String(flags[flag])]])),
    ),
    problems: [
      ...(await unknownFlags(unknown, { argv: spelled, known, miners: scope.resolve(MINERS), chosen: miner })),
      ...(conflicts?.(flags, typed) ?? []),
    ],
  }
}

type ConfigureOptions = {
  readonly line: Pick<CommandLine, 'sections' | 'typed' | 'goneFlags' | 'problems'>
  readonly layers: Layers
  readonly scope: Scope
  readonly chosen: ChosenPlugins
  readonly secrets: SecretsMode
}

/**
 * Loads the configuration of a run, with the chosen dialect as the default of `dialect`.
 *
 * @throws {ConfigError} CONFIG_INVALID with all problems, those of the command line first
 * @throws {UsageError} UNEXPECTED_ARGUMENT when a plugin was chosen by a word that is the value of another flag
 */
export async function configureRun({ line, layers, scope, chosen, secrets }: ConfigureOptions): Promise<Configuration> {
  const { sections, typed, goneFlags, problems } = line
  const { env, file, envFile, unreadEnvFile } = layers
  const { miner, dialect } = chosen
  const known = [...Object.values(hostSections), ...[...scope.resolve(MINERS).keys()].map(name => ({ name }))]
  const loaded = await loadConfiguration({
    sections,
    known,
    flags: typed,
    goneFlags,
    env,
    file,
    envFile,
    secrets,
    problems,
  })
  const configuration = { ...loaded, warnings: [...unread(unreadEnvFile), ...loaded.warnings] }
  const named = configuration.values.dialect ?? dialect?.name
  if (miner && valuesOf(configuration, hostSections.top).use !== miner.name) throw looksLikeFlag('--use')
  if (dialect && named !== dialect.name) throw looksLikeFlag('--dialect')
  if (!dialect || !isOfCatalogue(configuration)) return configuration
  return withDefault(configuration, 'dialect', dialect.name)
}

/** Mentions a `.env` that is not read: a stranger's could send the operator's key to another host. */
function unread(path: string | undefined): readonly Problem[] {
  if (path === undefined) return []
  const message = `${escapeName(path)} is not read, because --env-file does not name it`
  return [{ code: 'ENV_FILE_UNREAD', message, hint: `add --env-file ${shellWord(path)}, if it is yours` }]
}

/** The look-up took the word for a flag, and oclif took it for a value. */
function looksLikeFlag(flag: string): UsageError {
  const hint = `write it with an equals sign: --messages="${flag}=like this"`
  return new UsageError('UNEXPECTED_ARGUMENT', `a value looks like the flag ${flag}`, hint)
}

type ProvideOptions = {
  readonly scope: RunScope
  readonly chosen: ChosenPlugins
  readonly configuration: Configuration
  readonly status: StatusLine
  readonly answer: AnswerOutput
  /** whether the log goes to the file of `log-file.path`, too */
  readonly logsToFile: boolean
}

/** Provides the scope with what was chosen and configured, and with the log, which gets the warnings. */
export async function provideRun({
  scope,
  chosen,
  configuration,
  status,
  answer,
  logsToFile,
}: ProvideOptions): Promise<void> {
  const { miner, dialect } = chosen
  const { level, format } = valuesOf(configuration, hostSections.log)
  const output = scope.resolve(RESOURCES).own(logOutput(format))
  const file = logsToFile ? await openLogFile(configuration, line => output.write(line)) : null
  if (file) scope.resolve(RESOURCES).own(file)
  const write = (line: string) => {
    status.erase()
    answer.makeRoom()
    output.write(line)
    file?.write(line)
  }
  const log = await createLog({ level, secrets: configuration.secretValues, output: { write } })
  logWarnings(configuration.warnings, log)

  const inUse = [
    miner && scope.resolve(MINERS).get(miner.name),
    // A dialect that a file holds has its own name, which a dialect of the catalogue may have, too.
    dialect && isOfCatalogue(configuration) ? scope.resolve(DIALECTS).get(dialect.name) : null,
  ].flatMap(entry => entry?.plugin ?? [])
  warnOfNoContract(inUse, log)

  scope.provide(PLUGINS_IN_USE, inUse)
  scope.provide(CONFIGURATION, configuration)
  scope.provide(LOG, log)
  scope.provide(SET_LOG_LEVEL, level => {
    log.level = level
  })
  scope.provide(PROGRESS, status)
  if (miner) scope.provide(CHOSEN_MINER, miner)
  if (dialect) scope.provide(CHOSEN_DIALECT, dialect)
}

export function logWarnings(warnings: Configuration['warnings'], log: Pick<Log, 'warn'>): void {
  for (const { code, message, hint } of warnings) log.warn({ event: 'configuration', code, message, hint })
}

function isOfCatalogue({ values }: Configuration): boolean {
  return values.dialectFile === undefined
}
