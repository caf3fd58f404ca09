import type { Token } from '../app/scope.js'
import { AXON, CLIENT_FOR, DENDRITE, HOTKEY, MINER } from '../app/tokens.js'
import type { Axon } from '../axon/serve-axon.js'
import { ConfigError } from '../config/config-error.js'
import type { Problem } from '../config/problem.js'
import { isTable, type Table } from '../config/values/convert.js'
import type { Dendrite } from '../dendrite/create-dendrite.js'
import type { Keypair } from '../keys/keypair.js'
import { encodeAddress } from '../keys/ss58.js'
import type { ClientFor } from '../miners/openai/http/client.js'
import type { Log } from '../plugin/log.js'
import type { Miner } from '../plugin/miner.js'
import type { DialectPlugin, MinerPlugin } from '../plugin/sdk.js'
import { closest } from '../text/closest.js'
import { escapeName } from '../text/escape.js'

/** What `openMiner` takes. */
export type OpenMinerOptions = {
  /** the miner: a plugin, or the name of a built-in one; `openai` by default */
  readonly use?: string | MinerPlugin | undefined
  /** what the axon's validators ask: a plugin, or the name of a built-in dialect; by default that of `settings.netuid` */
  readonly dialect?: string | DialectPlugin | undefined
  /** the settings in the form of `config.toml`, with its keys, tables and units: `{ openai: { idleTimeout: '12s' } }` */
  readonly settings?: Table | undefined
  /** services to use instead of the built ones; the scope does not close them */
  readonly provide?: readonly Replacement[] | undefined
  /** the key of the axon and the dendrite: a key, or its URI: `//Alice`, a phrase, `0x` and a seed */
  readonly hotkey?: Keypair | string | undefined
  /** where the miner keeps the last metagraph of its subnet, and its announcements; needed by an axon on a chain */
  readonly folder?: string | undefined
  /** receives records without secrets; by default nothing is logged */
  readonly log?: Log | undefined
}

/** A token, and what the scope uses for it. */
export type Replacement =
  | readonly [token: Token<ClientFor>, value: ClientFor]
  | readonly [token: Token<Promise<Miner>>, value: Miner | Promise<Miner>]
  | readonly [token: Token<Promise<Keypair>>, value: Keypair | Promise<Keypair>]
  | readonly [token: Token<Promise<Axon>>, value: Axon | Promise<Axon>]
  | readonly [token: Token<Promise<Dendrite>>, value: Dendrite | Promise<Dendrite>]

const tokens: readonly unknown[] = [AXON, CLIENT_FOR, DENDRITE, HOTKEY, MINER]
const names = ['use', 'dialect', 'settings', 'provide', 'hotkey', 'folder', 'log'] as const

/**
 * Checks the form of options: callers in JavaScript have no compiler.
 *
 * @throws {ConfigError} CONFIG_INVALID with all problems
 */
export function checkOptions(options: OpenMinerOptions): void {
  if (!isTable(options)) throw new ConfigError('CONFIG_INVALID', [invalid('the options', 'must be an object')])
  const unknown = Object.keys(options).filter(name => !names.some(one => one === name))
  const problems = [
    ...unknown.map(unknownOption),
    ...pluginProblems('use', options, 'miner', 'a MinerPlugin'),
    ...pluginProblems('dialect', options, 'dialect', 'a DialectPlugin'),
    ...settingsProblems(options),
    ...replacementProblems(options),
    ...hotkeyProblems(options),
    ...folderProblems(options),
    ...logProblems(options),
  ]
  if (problems.length > 0) throw new ConfigError('CONFIG_INVALID', problems)
}

function unknownOption(name: string): Problem {
  const meant = closest(name, names)
  const hint = meant ? `write ${meant}` : `the options are ${names.join(', ')}; settings of the miner go into settings`
  return { code: 'UNKNOWN_KEY', message: `${escapeName(name)} is not an option of openMiner`, hint }
}

/** Finds what is wrong with an option that chooses a plugin, which `settings` may name, too. */
function pluginProblems(
  option: 'use' | 'dialect',
  { [option]: chosen, settings }: OpenMinerOptions,
  kind: string,
  type: string,
): Problem[] {
  if (chosen === undefined) return []
  if (typeof chosen !== 'function' && (typeof chosen !== 'string' || chosen === ''))
    return [invalid(option, `must be the name of a ${kind} or ${type}`, pluginHint(option, chosen))]
  const twice = ['use', 'dialect', 'dialectFile', 'dialect_file'].find(
    key => key.startsWith(option) && isTable(settings) && settings[key] !== undefined,
  )
  if (twice === undefined) return []
  const hint = `keep only one of ${option} and settings.${twice}`
  return [{ code: 'GIVEN_TWICE', message: `${option} is given more than once`, hint }]
}

/** Hints at what was meant by a module's namespace, a definition or a miner. */
function pluginHint(option: 'use' | 'dialect', chosen: unknown): string | undefined {
  if (!isTable(chosen)) return undefined
  if (typeof chosen.default === 'function')
    return `pass the default export of the module: ${option}: (await import(…)).default`
  if (typeof chosen.prompt === 'function') return 'pass a miner as a service: provide: [[MINER, miner]]'
  return 'name' in chosen ? `pass the function that returns the definition: ${option}: () => definition` : undefined
}

function settingsProblems({ settings }: OpenMinerOptions): Problem[] {
  if (settings === undefined || isTable(settings)) return []
  return [invalid('settings', 'must be an object', 'pass the tables of config.toml: { axon: { port: 0 } }')]
}

function replacementProblems({ provide = [], hotkey }: OpenMinerOptions): Problem[] {
  const form = 'pass a list of pairs: [[CLIENT_FOR, clientFor]]'
  if (!Array.isArray(provide)) return [invalid('provide', 'must be a list', form)]
  const given: unknown[] = hotkey === undefined ? [] : [HOTKEY]
  return provide.flatMap((replacement: unknown, at) => {
    const path = `provide[${at}]`
    if (!Array.isArray(replacement) || replacement.length !== 2)
      return [invalid(path, 'must be a token and a value', form)]
    const [token, value] = replacement
    if (!tokens.includes(token))
      return [invalid(path, 'does not begin with a token', 'import AXON, CLIENT_FOR, DENDRITE, HOTKEY or MINER')]
    if (given.includes(token))
      return [
        { code: 'GIVEN_TWICE' as const, message: `${path} is given more than once`, hint: 'keep only one of them' },
      ]
    given.push(token)
    return typeof value?.then === 'function' ? [] : serviceProblems(token, value, path)
  })
}

/** Finds what is wrong with a service that replaces the one of a token. */
export function serviceProblems(token: unknown, service: unknown, path: string): Problem[] {
  if (token === HOTKEY) return keyProblems(path, service)
  if (token === CLIENT_FOR)
    return typeof service === 'function' ? [] : [invalid(path, 'must be a function that returns a promise of a client')]
  if (typeof service !== 'object' || service === null) return [invalid(path, 'must be an object, or a promise of one')]
  if (token !== MINER || ('prompt' in service && typeof service.prompt === 'function')) return []
  return [
    invalid(path, 'must be a miner, which has a function prompt', 'pass a plugin as use, or what its create returns'),
  ]
}

function hotkeyProblems({ hotkey, settings }: OpenMinerOptions): Problem[] {
  if (hotkey === undefined) return []
  if (isTable(settings) && settings.wallet !== undefined) {
    const hint = 'keep only one of hotkey and settings.wallet'
    return [{ code: 'GIVEN_TWICE', message: 'hotkey is given more than once', hint }]
  }
  return typeof hotkey === 'string' && hotkey !== '' ? [] : keyProblems('hotkey', hotkey)
}

function keyProblems(path: string, key: unknown): Problem[] {
  if (!isTable(key) || !(key.publicKey instanceof Uint8Array) || typeof key.sign !== 'function') {
    const message = `must be ${path === 'hotkey' ? 'a key URI, or ' : ''}a key with address, publicKey and sign`
    return [invalid(path, message, "pass hotkey: '//Alice' to try it")]
  }
  if (key.publicKey.length !== 32) return [invalid(`${path}.publicKey`, 'must have 32 bytes')]
  const address = encodeAddress(key.publicKey)
  if (key.address === address) return []
  return [invalid(`${path}.address`, 'must be the ss58 address of the public key, with prefix 42', `use ${address}`)]
}

function folderProblems({ folder }: OpenMinerOptions): Problem[] {
  if (folder === undefined || (typeof folder === 'string' && folder !== '')) return []
  return [invalid('folder', 'must be the path of a folder', "pass a folder of your program's data")]
}

function logProblems({ log }: OpenMinerOptions): Problem[] {
  if (log === undefined) return []
  const methods = ['debug', 'info', 'warn', 'error'] as const
  if (typeof log === 'object' && log !== null && methods.every(name => typeof log[name] === 'function')) return []
  return [invalid('log', `must have the functions ${methods.join(', ')}`, 'pass a logger of pino, or console')]
}

function invalid(option: string, message: string, hint?: string): Problem {
  return { code: 'INVALID_VALUE', message: `${option} ${message}`, hint }
}
