import { CHOSEN_MINER } from '../../app/tokens.js'
import { shellWord } from '../../text/shell-word.js'
import { allTypedFlags } from '../subnet/typed-flags.js'
import type { DoctorContext } from './doctor-context.js'

type Typed = Pick<DoctorContext, 'configuration' | 'configFile' | 'envFile' | 'dev' | 'scope'>

/** Returns the shell command that asks more of the same miner, with the flags of this command line that it takes. */
export function nextCommand(
  { configuration, configFile, envFile, dev, scope }: Typed,
  command: keyof typeof readBy,
  words: readonly string[] = [],
): string {
  const reads = readBy[command]
  const own = reads?.includes('use') ? [scope.resolve(CHOSEN_MINER).name] : []
  return [
    'miner',
    command,
    ...words,
    ...(dev && reads === null ? ['--dev'] : []),
    ...(envFile === undefined ? [] : ['--env-file', shellWord(envFile)]),
    ...allTypedFlags(configuration, configFile, reads && [...reads, ...own]),
  ].join(' ')
}

const ofNeuron = ['netuid', 'wallet', 'subtensor']

/** The settings and sections that the commands of hints read; null: all, and they take `--dev`. */
const readBy = {
  doctor: null,
  serve: null,
  check: ['use', 'axon'],
  status: [...ofNeuron, 'axon.externalIp', 'axon.externalPort'],
  'policy explain': [...ofNeuron, 'policy'],
} as const satisfies Readonly<Record<string, readonly string[] | null>>
