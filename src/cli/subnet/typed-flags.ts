import { type Configuration, valueAt } from '../../config/configuration.js'
import { isReference, redact, secretsOf } from '../../config/redact.js'
import type { Setting } from '../../config/schema/setting.js'
import { shellWord } from '../../text/shell-word.js'

/** The settings that decide of which neuron and of which chain a command tells. */
const ofNeuron = ['netuid', 'wallet.name', 'wallet.hotkey', 'wallet.path', 'subtensor.network', 'subtensor.endpoints']
/** The settings that decide what is announced. */
const ofAxon = ['axon.port', 'axon.externalIp', 'axon.externalPort']

/**
 * Returns the flags of this command line that tell whose axon it is and where, as a shell reads them, so that a command in
 * a hint is about the same neuron. What the file and the environment set, the next command finds by itself. URLs lose
 * user, password and query, which may be secret.
 *
 * @param configFile what `--config` names
 */
export function typedFlags(configuration: Configuration, configFile: string | undefined): readonly string[] {
  return [...configWords(configFile), ...[...ofNeuron, ...ofAxon].flatMap(path => flagWords(configuration, path))]
}

/**
 * Returns the same for all settings that this command line gives, but for what `--dev` decides, and for secrets, whose
 * placeholder is no value.
 *
 * @param takes whether another command takes a setting
 */
export function allTypedFlags(
  configuration: Configuration,
  configFile: string | undefined,
  takes: (setting: Setting) => boolean,
): readonly string[] {
  const settings = configuration.settings.filter(takes)
  return [...configWords(configFile), ...settings.flatMap(({ path }) => flagWords(configuration, path))]
}

/** Returns the variables that take the secrets which this command line gives, for settings that another command takes. */
export function variablesOfSecrets(
  configuration: Configuration,
  takes: (setting: Setting) => boolean,
): readonly string[] {
  const settings = configuration.settings.filter(one => takes(one) && isTypedSecret(configuration, one))
  return settings.map(({ variables }) => variables[0]!)
}

function isTypedSecret(configuration: Configuration, setting: Setting): boolean {
  if (configuration.origins.get(setting.path)?.from !== 'flag') return false
  return [...secretsOf(setting, valueAt(configuration, setting)).values()].some(secret => !isReference(secret))
}

function configWords(configFile: string | undefined): readonly string[] {
  return configFile === undefined ? [] : ['--config', shellWord(configFile)]
}

function flagWords(configuration: Configuration, path: string): readonly string[] {
  const origin = configuration.origins.get(path)
  const setting = configuration.settings.find(one => one.path === path)
  if (origin?.from !== 'flag' || origin.flag === '--dev' || !setting) return []
  if (isTypedSecret(configuration, setting)) return []
  const value = redact(setting, valueAt(configuration, setting))
  const flag = nameOf(setting, origin.flag)
  if (typeof value === 'boolean') return [value ? flag : flag.replace(/^--/, '--no-')]
  // A list's flag takes one value each time on some commands.
  return [value].flat().flatMap(one => [flag, shellWord(one === null ? 'none' : String(one))])
}

/** The flag as it was typed, unless it is one of another program, or several were typed. */
function nameOf({ flag, shortFlag, spellings, shape }: Setting, typed: string): string {
  const isOwn = !typed.includes(', ') && shape.kind !== 'boolean' && spellings.every(one => `--${one.flag}` !== typed)
  return isOwn ? typed : `--${shortFlag ?? flag}`
}
