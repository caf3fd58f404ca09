import { allSections, hostSections, servedSections } from '../../app/settings.js'
import { CHOSEN_MINER } from '../../app/tokens.js'
import type { Setting } from '../../config/schema/setting.js'
import { shellWord } from '../../text/shell-word.js'
import { allTypedFlags, variablesOfSecrets } from '../subnet/typed-flags.js'
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
  const takes = ({ path, section }: Setting) =>
    reads === null
      ? command !== 'serve' || isServed(section)
      : [...reads, ...own].some(one => one === path || (section !== '' && one === section))
  const secrets = variablesOfSecrets(configuration, takes)
  return [
    'miner',
    command,
    ...words,
    ...(dev && reads === null ? ['--dev'] : []),
    ...(envFile === undefined ? [] : ['--env-file', shellWord(envFile)]),
    ...allTypedFlags(configuration, configFile, takes),
    // A comment of the shell: a secret cannot be repeated, and no flag can stand for it.
    ...(secrets.length === 0 ? [] : [`# with ${secrets.join(' and ')} set`]),
  ].join(' ')
}

/** The doctor also reads what tells of money alone. */
function isServed(section: string): boolean {
  const served: readonly string[] = servedSections
  return !allSections.some(name => hostSections[name].name === section && !served.includes(name))
}

const ofNeuron = ['netuid', 'wallet', 'subtensor']

/** The settings and sections that the commands of hints read; null: those of the doctor, and they take `--dev`. */
const readBy = {
  doctor: null,
  serve: null,
  check: ['use', 'axon'],
  status: [...ofNeuron, 'axon.externalIp', 'axon.externalPort'],
  'policy explain': [...ofNeuron, 'policy'],
} as const satisfies Readonly<Record<string, readonly string[] | null>>
