import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { registerCommand } from '../../app/chain/register-command.js'
import { hostSections } from '../../app/settings.js'
import { type Configuration, valuesOf } from '../../config/configuration.js'
import { shellWord } from '../../text/shell-word.js'
import { walletFolder } from '../../wallet/hotkey-files.js'
import { npx } from '../npx.js'
import type { FoundHotkey } from './find-hotkey.js'

type Known = {
  readonly configuration: Configuration
  readonly hotkey: FoundHotkey
  /** null: unknown */
  readonly isRegistered: boolean | null
  /** the words that make a command read the same settings */
  readonly reading: readonly string[]
}

/** Returns the two shell commands that come next. */
export function nextCommands({ configuration, hotkey, isRegistered, reading }: Known): readonly string[] {
  const miner = (...words: readonly string[]) => [...npx(), 'miner', ...words, ...reading].map(shellWord).join(' ')
  const { network } = valuesOf(configuration, hostSections.subtensor)
  if (!hotkey.exists) return [walletCommand(configuration), miner('init')]
  if (hotkey.problem !== null) return [miner('init'), miner('serve')]
  if (network === 'none') return [miner('check'), miner('serve')]
  return isRegistered === false ? [registerCommand(configuration), miner('serve')] : [miner('serve'), miner('status')]
}

/**
 * Says that the miner would admit no caller, and which command admits one; undefined when it admits some.
 *
 * @param file the words that make the command change the same file
 */
export function admissionNote(configuration: Configuration, file: readonly string[]): string | undefined {
  if (valuesOf(configuration, hostSections.subtensor).network !== 'none') return undefined
  if (valuesOf(configuration, hostSections.policy).allow.length > 0) return undefined
  const words = [...npx(), 'miner', 'config', 'set', 'policy.allow', 'ADDRESS', ...file]
  return `No caller is admitted yet: \`${words.map(shellWord).join(' ')}\` admits one.`
}

/** The shell command that makes the hotkey that is configured, with its wallet if that is missing, too. */
function walletCommand(configuration: Configuration): string {
  const { name, hotkey, path } = valuesOf(configuration, hostSections.wallet)
  const hasWallet = existsSync(join(walletFolder(path), name))
  const isGiven = configuration.origins.get('wallet.path')?.from !== 'default'
  const words = [
    ...['btcli', 'wallet', hasWallet ? 'new-hotkey' : 'create', '--wallet-name', name, '--wallet-hotkey', hotkey],
    ...(isGiven ? ['--wallet-path', path] : []),
  ]
  return words.map(shellWord).join(' ')
}
