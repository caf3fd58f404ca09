import { resolve } from 'node:path'
import { withoutEffect } from '../app/chain/without-chain.js'
import { openScope } from '../app/container.js'
import type { LogLevel } from '../app/log/levels.js'
import type { RunScope, Scope, Token } from '../app/scope.js'
import { contradictions, hostSections, minerSection } from '../app/settings.js'
import {
  CHAIN_FOLDER,
  CHOSEN_DIALECT,
  CHOSEN_MINER,
  CLIENT_FOR,
  CONFIGURATION,
  ENDING,
  HOTKEY,
  LOG,
  MINERS,
} from '../app/tokens.js'
import { ConfigError } from '../config/config-error.js'
import { type Configuration, valuesOf } from '../config/configuration.js'
import { loadConfiguration } from '../config/load.js'
import type { Section } from '../config/schema/section.js'
import { keypairFromUri } from '../keys/key-uri.js'
import type { Keypair } from '../keys/keypair.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import { type Log, silentLog } from '../plugin/log.js'
import { chosenDialect, chosenMiner } from './choose.js'
import { checkOptions, type OpenMinerOptions, serviceProblems } from './options.js'
import { programError, programTexts } from './program-errors.js'
import { programLog } from './program-log.js'
import { programScope } from './program-scope.js'

/**
 * Opens a miner within another program. Reads no configuration file, command line, environment or terminal, and leaves
 * signals and the end of the process to the program. Resolve `MINER` to ask the miner, `AXON` to serve it; nothing is built
 * before it is resolved. Closing the scope closes all of it.
 *
 * @throws {ConfigError} CONFIG_INVALID with all problems of the settings
 * @throws {PluginError} PLUGIN_BROKEN
 * @throws {KeyError} when the hotkey is not a valid key URI
 */
export async function openMiner(options: OpenMinerOptions = {}): Promise<Scope> {
  checkOptions(options)
  const { use, dialect, provide = [], log = silentLog } = options
  const settings = {
    ...options.settings,
    ...(typeof use === 'string' && { use }),
    ...(typeof dialect === 'string' && { dialect }),
  }
  const scope = openScope()
  try {
    const key = typeof options.hotkey === 'string' ? await keypairFromUri(options.hotkey) : options.hotkey
    scope.build(HOTKEY, () => (key ? Promise.resolve(key) : walletHotkey(scope, settings)))
    scope.build(CHAIN_FOLDER, () => chainFolder(options))
    // Before the miner is chosen, which is built from them.
    for (const [token, value] of provide) replace(scope, token, value)
    const miner = await chosenMiner({ plugin: typeof use === 'function' ? use : null, settings, scope })
    const chosen = await chosenDialect({ plugin: typeof dialect === 'function' ? dialect : null, settings, scope })
    const sections = [...programSections(), minerSection(miner)]
    const known = [...scope.resolve(MINERS).keys()].map(name => ({ name }))
    const configuration = await loadConfiguration({
      sections,
      known,
      flags: [],
      env: {},
      file: null,
      given: settings,
      secrets: 'resolve',
    })
      .then(loaded => checkTogether(loaded, chosen))
      .catch(error => {
        throw programError(error, programTexts(sections, []))
      })
    const texts = programTexts(sections, configuration.secretValues)
    const programsLog = programLog(log, levelOf(configuration), texts)

    scope.provide(CONFIGURATION, configuration)
    scope.provide(CHOSEN_MINER, miner)
    scope.provide(CHOSEN_DIALECT, chosen)
    scope.provide(LOG, programsLog)
    return programScope(scope, {
      texts,
      provided: new Set(provide.map(([token]) => token)),
      onAxon: () => warnIfAllRefused(programsLog, configuration),
    })
  } catch (error) {
    await scope.close()
    throw error
  }
}

/**
 * The host's sections for a program: it names the network itself, because opening a miner must not connect to a server, and
 * the store of nonces, because it must not write to a disk.
 */
function programSections(): readonly Section[] {
  const { network } = hostSections.subtensor.settings.shape
  const { store } = hostSections.axon.settings.shape
  const subtensor = hostSections.subtensor.settings.extend({
    network: network.unwrap().default('none').meta(network.meta()!),
  })
  const axon = hostSections.axon.settings.extend({ store: store.unwrap().default('memory').meta(store.meta()!) })
  // A program that embeds a miner has an admin port of its own, or none.
  const { admin: _, ...sections } = hostSections
  return Object.values({
    ...sections,
    axon: { ...hostSections.axon, settings: axon, facts: undefined },
    subtensor: { ...hostSections.subtensor, settings: subtensor, facts: undefined },
  })
}

/** @throws {ConfigError} CONFIG_INVALID when a setting has no effect without a chain, or contradicts another one */
function checkTogether(configuration: Configuration, dialect: DialectDefinition): Configuration {
  const { network } = valuesOf(configuration, hostSections.subtensor)
  const idle = network === 'none' ? withoutEffect(configuration, { from: 'program', dialect }) : []
  const problems = [...idle, ...contradictions(configuration)]
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
  return configuration
}

/** The program's own log filters by level, unless the settings name one. */
function levelOf(configuration: Configuration): LogLevel {
  const isGiven = configuration.origins.get('log.level')?.from === 'program'
  return isGiven ? valuesOf(configuration, hostSections.log).level : 'trace'
}

function replace(scope: RunScope, token: Token<unknown>, value: unknown): void {
  const service = token === CLIENT_FOR ? value : checkedService(token, value)
  // A promise that rejects reports this when it is resolved, and must not end the process before.
  if (service instanceof Promise) service.catch(() => {})
  scope.provide(token, service)
}

/** @throws {ConfigError} CONFIG_INVALID when a promise resolves to another service than its token's */
async function checkedService(token: Token<unknown>, value: unknown): Promise<unknown> {
  const service = await value
  const problems = serviceProblems(token, service, 'the promise in provide')
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
  return service
}

/**
 * Opens the hotkey of the wallet in the settings.
 *
 * @throws {ConfigError} CONFIG_INVALID when the settings have no wallet
 * @throws {WalletError} with each of its codes
 */
async function walletHotkey(scope: RunScope, settings: object): Promise<Keypair> {
  if (!('wallet' in settings) || settings.wallet === undefined) {
    const message = 'hotkey is missing: an axon answers with it, and a dendrite signs with it'
    const hint = 'pass hotkey to openMiner, or settings.wallet with its name, hotkey and password'
    throw new ConfigError('CONFIG_INVALID', [{ code: 'MISSING', path: 'hotkey', message, hint }])
  }
  const { openHotkey } = await import('../wallet/open-hotkey.js')
  const log = scope.resolve(LOG)
  return openHotkey({
    ...valuesOf(scope.resolve(CONFIGURATION), hostSections.wallet),
    warn: message => log.warn({ event: 'wallet', message }),
    signal: scope.resolve(ENDING),
  })
}

/** @throws {ConfigError} CONFIG_INVALID when the program names no folder */
function chainFolder({ folder }: OpenMinerOptions): string {
  if (folder !== undefined) return resolve(folder)
  const message = 'folder is missing: it keeps the last metagraph and the spent nonces, for a restart'
  const hint = "pass a folder for your program's data; the miner creates it"
  throw new ConfigError('CONFIG_INVALID', [{ code: 'MISSING', path: 'folder', message, hint }])
}

function warnIfAllRefused(log: Log, configuration: Configuration): void {
  if (valuesOf(configuration, hostSections.subtensor).network !== 'none') return
  if (valuesOf(configuration, hostSections.policy).allow.length > 0) return
  const message = 'policy.allow is empty: the axon refuses every caller'
  const hint = 'name the hotkeys that may ask in settings.policy.allow'
  log.warn({ event: 'configuration', code: 'NOBODY_ALLOWED', message, hint })
}
