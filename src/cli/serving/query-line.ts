import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaultDialect } from '../../app/catalogue/dialects.js'
import { hostSections } from '../../app/settings.js'
import { type Configuration, valueAt, valuesOf } from '../../config/configuration.js'
import { redact } from '../../config/redact.js'
import { developmentKeys } from '../../keys/development-keys.js'
import type { DialectDefinition, Route } from '../../plugin/dialect.js'
import { shellWord } from '../../text/shell-word.js'
import { hotkeyFile, listHotkeys } from '../../wallet/hotkey-files.js'
import { parseKeyfile } from '../../wallet/parse-keyfile.js'
import { readKeyfile } from '../../wallet/read-keyfile.js'
import { developmentUrl } from '../dev-mode.js'
import { npx } from '../npx.js'
import { takesText } from '../question/synapse-question.js'

/** An axon that serves, as far as a question to it depends on that. */
export type Answering = {
  readonly url: string
  readonly hotkey: string
  readonly dev: boolean
  readonly dialect: DialectDefinition
  /** the file that holds the dialect; undefined for a dialect of the catalogue */
  readonly dialectFile: string | undefined
  readonly configuration: Configuration
  /** whether it answers a hotkey now */
  readonly mayAsk: (hotkey: string) => boolean
  /** the file that `--config` names, as it was typed */
  readonly configFile: string | undefined
}

/** A shell command, and what the reader has to fill in. */
export type QueryLine = { readonly command: string; readonly lacks?: string }

/**
 * Returns the shell command that asks the axon, from this machine and any folder, for the first synapse of its dialect,
 * signed by a hotkey that may ask.
 */
export async function queryLine(axon: Answering): Promise<QueryLine> {
  const { url, hotkey, dev, dialect, dialectFile, configuration } = axon
  const [first] = Object.values(dialect.synapses)
  const config = configPath(axon)
  const signer = dev ? { words: ['--dev'] } : await findSigner(axon, first, config)
  const isDefaultUrl = url === developmentUrl && configuration.origins.get('axon.port')?.from === 'default'
  const words = [
    ...npx(),
    'miner',
    'query',
    ...(config ? ['--config', config] : []),
    ...signer.words,
    ...(dev && isDefaultUrl ? [] : ['--url', url]),
    ...(dev ? [] : ['--receiver', hotkey]),
    ...(dialectFile ? ['--dialect-file', resolve(dialectFile)] : []),
    ...(dialectFile || dialect.name === defaultDialect ? [] : ['--dialect', dialect.name]),
  ]
  const text = first && takesText(first) ? ' "hi"' : ''
  return { ...signer, command: words.map(shellWord).join(' ') + text }
}

/** Returns the shell command that shows how the miner does on its subnet, from this machine and any folder. */
export function statusCommand(axon: Answering): string {
  const config = configPath(axon)
  const words = [
    ...npx(),
    'miner',
    'status',
    ...(config ? ['--config', config] : []),
    ...repeatedFlags(axon, config, statusFlags),
    ...walletFlags(axon, config, ['name', 'hotkey', 'path']),
  ]
  return words.map(shellWord).join(' ')
}

/** The settings that decide of which neuron and chain `miner status` tells, besides the wallet's, with their flags. */
const statusFlags = [
  ['netuid', '--netuid'],
  ['subtensor.network', '--network'],
  ['subtensor.endpoints', '--chain-endpoint'],
  ['axon.externalIp', '--axon-external-ip'],
  ['axon.externalPort', '--axon-external-port'],
] as const

/** The words that make a query sign with a hotkey that may ask. */
type Signer = { readonly words: readonly string[]; readonly lacks?: string }

async function findSigner(axon: Answering, route: Route | undefined, config: string | undefined): Promise<Signer> {
  const { hotkey, configuration, mayAsk } = axon
  const wallet = valuesOf(configuration, hostSections.wallet)
  const path = walletFlags(axon, config, ['path'])
  const isOpen = route?.auth === 'none' || route?.rules === false
  if (isOpen || mayAsk(hotkey)) return { words: walletFlags(axon, config, ['name', 'hotkey', 'path']) }
  for (const [name, own] of await plainHotkeys(wallet.path))
    if (mayAsk(own)) return { words: [...walletWords(...(name.split('/') as [string, string])), ...path] }
  if (mayAsk(developmentKeys[0].address)) return { words: ['--dev'] }
  return {
    words: [...walletWords('NAME', 'HOTKEY'), ...path],
    lacks: 'the NAME and HOTKEY of a wallet that may ask: this machine has none, or has it encrypted',
  }
}

function walletWords(name: string, hotkey: string): readonly string[] {
  return ['--wallet-name', name, '--wallet-hotkey', hotkey]
}

/** The settings of the wallet that the command would not find by itself, in another shell. */
function walletFlags(
  axon: Answering,
  config: string | undefined,
  keys: readonly ('name' | 'hotkey' | 'path')[],
): readonly string[] {
  return repeatedFlags(
    axon,
    config,
    keys.map(key => [`wallet.${key}`, `--wallet-${key}`]),
  )
}

/** The flags, with their values, of the settings that a command would not find by itself, in another shell. */
function repeatedFlags(
  { configuration, configFile }: Answering,
  config: string | undefined,
  flags: readonly (readonly [path: string, flag: string])[],
): readonly string[] {
  const readsFile = config !== undefined || configFile === undefined
  return flags.flatMap(([path, flag]) => {
    const { from } = configuration.origins.get(path) ?? { from: 'default' }
    if (from === 'default' || (from === 'file' && readsFile)) return []
    const setting = configuration.settings.find(one => one.path === path)!
    return [redact(setting, valueAt(configuration, setting))].flat().flatMap(one => {
      const value = String(one)
      return [flag, path === 'wallet.path' && !value.startsWith('~') ? resolve(value) : value]
    })
  })
}

/** The file that `--config` has to name again; undefined without one, or when it can be read only once, as a pipe. */
function configPath({ configFile, configuration }: Answering): string | undefined {
  const own = [...configuration.origins.values()].find(origin => origin.from === 'file')
  // Another terminal does not have the variable.
  const file = configFile ?? (process.env.MINER_CONFIG_DIR ? own?.file : undefined)
  return file !== undefined && isFile(file) ? resolve(file) : undefined
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

/** The hotkeys of the wallets that are not encrypted, by `wallet/hotkey`, with their addresses. */
async function plainHotkeys(path: string): Promise<readonly (readonly [name: string, address: string])[]> {
  const found: [string, string][] = []
  for (const listed of await listHotkeys(path)) {
    const [name, hotkey] = listed.split('/') as [string, string]
    try {
      const file = hotkeyFile({ path, name, hotkey })
      const keyfile = await readKeyfile(file)
      if (keyfile) found.push([listed, (await parseKeyfile(keyfile.bytes, file)).address])
    } catch {
      // Encrypted, or not a hotkey: its address is unknown.
    }
  }
  return found
}
