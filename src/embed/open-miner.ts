import { openScope } from '../app/container.js'
import type { RunScope, Scope, Token } from '../app/scope.js'
import { ScopeError } from '../app/scope-error.js'
import { hostSections, minerSection } from '../app/settings.js'
import {
  AXON,
  CHOSEN_DIALECT,
  CHOSEN_MINER,
  CLIENT_FOR,
  CONFIGURATION,
  ENDING,
  HOTKEY,
  LOG,
  MINERS,
  PLUGINS_IN_USE,
} from '../app/tokens.js'
import { TimeoutError, withTimeout } from '../async/timeout.js'
import { ConfigError } from '../config/config-error.js'
import { type Configuration, valuesOf } from '../config/configuration.js'
import { loadConfiguration } from '../config/load.js'
import type { Section } from '../config/schema/section.js'
import { keypairFromUri } from '../keys/key-uri.js'
import type { Keypair } from '../keys/keypair.js'
import type { Log } from '../plugin/log.js'
import { chosenDialect, chosenMiner } from './choose.js'
import { checkOptions, type OpenMinerOptions } from './options.js'
import { programError } from './program-errors.js'
import { programLog, silentLog } from './program-log.js'

/** How long closing may take. */
const CLOSE_MS = 5_000

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
    // Before the miner is chosen, which is built from them.
    for (const [token, value] of provide) replace(scope, token, value)
    const miner = await chosenMiner({ plugin: typeof use === 'function' ? use : null, settings, scope })
    const chosen = await chosenDialect({ plugin: typeof dialect === 'function' ? dialect : null, settings, scope })
    const sections = [...Object.values(hostSections), minerSection(miner)]
    const known = [...scope.resolve(MINERS).keys()].map(name => ({ name }))
    const configuration = await loadConfiguration({
      sections,
      known,
      flags: [],
      env: {},
      file: null,
      given: settings,
      secrets: 'resolve',
    }).catch(error => {
      throw programError(error, { sections, secrets: [] })
    })

    scope.provide(CONFIGURATION, configuration)
    scope.provide(CHOSEN_MINER, miner)
    scope.provide(CHOSEN_DIALECT, chosen)
    scope.provide(PLUGINS_IN_USE, [])
    scope.provide(LOG, logOf(log, configuration))
    return openedScope(scope, { sections, configuration })
  } catch (error) {
    await scope.close()
    throw error
  }
}

/** The program's own log filters by level, unless the settings name one. */
function logOf(log: Log, configuration: Configuration): Log {
  const isGiven = configuration.origins.get('log.level')?.from === 'program'
  const level = isGiven ? valuesOf(configuration, hostSections.log).level : 'trace'
  return programLog(log, { level, secrets: configuration.secretValues })
}

function replace(scope: RunScope, token: Token<unknown>, value: unknown): void {
  scope.provide(token, token === CLIENT_FOR ? value : Promise.resolve(value))
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

/** Returns the scope as the program gets it: its errors speak of `settings`, and closing waits for what is being built. */
function openedScope(
  scope: RunScope,
  { sections, configuration }: { readonly sections: readonly Section[]; readonly configuration: Configuration },
): Scope {
  const secrets = configuration.secretValues
  const log = scope.resolve(LOG)
  const explained = (error: unknown) => {
    throw programError(error, { sections, secrets })
  }
  const built = new Map<symbol, Promise<unknown>>()
  const resolve = <T>(token: Token<T>): T => {
    const service = scope.resolve(token)
    if (!(service instanceof Promise)) return service
    const promise = built.get(token) ?? service.catch(explained)
    if (token === AXON && !built.has(token))
      promise.then(
        () => warnOfNobody(log, configuration),
        () => {},
      )
    built.set(token, promise)
    return promise as T
  }
  const closeAll = async () => {
    const all = Promise.all([scope.close(), Promise.allSettled(built.values())])
    await withTimeout(all, CLOSE_MS).catch((error: unknown) => {
      if (!(error instanceof TimeoutError)) return explained(error)
      const hint = "find out what the miner's create, ready or close waits for"
      throw new ScopeError('CLOSE_TIMEOUT', `closing took longer than ${CLOSE_MS / 1000} s`, { hint })
    })
  }
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= closeAll()
    return closing
  }
  return { resolve, close, [Symbol.asyncDispose]: close }
}

function warnOfNobody(log: Log, configuration: Configuration): void {
  if (valuesOf(configuration, hostSections.policy).allow.length > 0) return
  const message = 'policy.allow is empty: the axon refuses every caller'
  const hint = 'name the hotkeys that may ask in settings.policy.allow'
  log.warn({ event: 'configuration', code: 'NOBODY_ALLOWED', message, hint })
}
