import { developmentKeys } from '../../keys/development-keys.js'
import { keypairFromUri } from '../../keys/key-uri.js'
import type { Keypair } from '../../keys/keypair.js'
import { devConflicts } from '../dev-mode.js'
import type { CommandLineRules } from '../open-run.js'

const bob = developmentKeys[1]

const decided = [
  'axon.externalIp',
  'axon.externalPort',
  'axon.host',
  'axon.store',
  'neuron',
  'policy',
  'subtensor',
  'wallet',
]
// As flags they override file and environment, which may be those of a real miner.
const implied = [
  { path: 'axon.host', flag: '--dev', texts: ['127.0.0.1'] },
  { path: 'axon.store', flag: '--dev', texts: ['memory'] },
  { path: 'policy.allow', flag: '--dev', texts: developmentKeys.map(({ address }) => address) },
  { path: 'policy.deny', flag: '--dev', texts: [] },
  { path: 'subtensor.network', flag: '--dev', texts: ['none'] },
  { path: 'policy.allowUnregistered', flag: '--dev', texts: ['false'] },
]

const watchesNothing = {
  code: 'RULE_BROKEN',
  message: '--dev and --watch-config do not go together',
  hint: 'keep one of them',
} as const

/** What `--dev` decides on the command line of `serve`. */
export const devRules: CommandLineRules = {
  implied: ({ dev }) => (dev ? implied : []),
  conflicts: ({ dev, 'watch-config': watches }, typed) =>
    dev ? [...devConflicts(typed, decided), ...(watches ? [watchesNothing] : [])] : [],
}

/** Derives the hotkey that `serve --dev` answers with. */
export function devHotkey(): Promise<Keypair> {
  return keypairFromUri(bob.uri)
}
