import { type Configuration, valuesOf } from '../../config/configuration.js'
import { shellWord } from '../../text/shell-word.js'
import { hostSections } from '../settings.js'
import { networkName } from './network-name.js'

/**
 * Returns the shell command that registers the configured hotkey on the configured subnet. The URL of a network is in short:
 * the command stands in messages and in the log.
 */
export function registerCommand(configuration: Configuration): string {
  const { name, hotkey, path } = valuesOf(configuration, hostSections.wallet)
  const { network } = valuesOf(configuration, hostSections.subtensor)
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const isGiven = (key: string) => configuration.origins.get(key)?.from !== 'default'
  const words = [
    'btcli',
    'subnet',
    'register',
    '--netuid',
    String(netuid),
    '--wallet-name',
    name,
    '--wallet-hotkey',
    hotkey,
    ...(isGiven('wallet.path') ? ['--wallet-path', path] : []),
    '--network',
    networkName(network),
  ]
  return words.map(shellWord).join(' ')
}
