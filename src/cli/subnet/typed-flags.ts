import { type Configuration, valueAt } from '../../config/configuration.js'
import { redact } from '../../config/redact.js'
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
  const words = configFile === undefined ? [] : ['--config', shellWord(configFile)]
  for (const path of [...ofNeuron, ...ofAxon]) {
    const origin = configuration.origins.get(path)
    const setting = configuration.settings.find(one => one.path === path)
    if (origin?.from !== 'flag' || !setting) continue
    const value = redact(setting, valueAt(configuration, setting))
    const flag = `--${setting.shortFlag ?? setting.flag}`
    // A list's flag takes one value each time on some commands.
    for (const one of [value].flat()) words.push(flag, shellWord(String(one)))
  }
  return words
}
