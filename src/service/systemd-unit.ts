import { dirname, relative } from 'node:path'
import { secretName } from '../config/secret-name.js'
import { credentialReference } from '../config/values/referred-file.js'
import { filledFile } from './deploy-file.js'
import { type SecretFile, type Service, SYSTEM_LOGS } from './service.js'
import { credentialName, unitPath, unitWord } from './systemd-text.js'

/**
 * Makes the unit of systemd that runs a miner.
 *
 * @throws {UnitTextError} for a path or a value that a unit cannot hold
 */
export function systemdUnit(service: Service): Promise<string> {
  const { name, node, program, args, owner, secrets, stopSeconds } = service
  const [nodeWord, ...words] = [node, '--max-semi-space-size=4', '--', program, 'serve', ...args]
  const loaded = secrets.files.filter(({ variable }) => variable !== undefined)
  return filledFile('miner.service', {
    name,
    // systemd expands no variable in the name of the program, so that `$$` would stay there.
    command: [unitWord(nodeWord!), ...words.map(word => unitWord(word, { dollars: true }))].join(' '),
    stopSeconds: String(stopSeconds),
    owner: owner.name === undefined ? [`User=${owner.uid}`, `Group=${owner.gid}`] : [`User=${owner.name}`],
    environment: [...variablesOf(service, loaded)].map(([key, value]) => `Environment=${unitWord(`${key}=${value}`)}`),
    secrets: [
      ...loaded.map(({ path, file }) => `LoadCredential=${secretName(path)}:${unitPath(file)}`),
      ...secrets.credentials.map(credentialName).map(credential => `LoadCredential=${credential}:${credential}`),
      ...secrets.variables.map(variable => `PassEnvironment=${variable}`),
    ],
    ...logsOf(service),
    capabilities: capabilitiesOf(service),
  })
}

/** The secrets that systemd loads come from its folder: the owner may be unable to read the files themselves. */
function variablesOf({ variables }: Service, loaded: readonly SecretFile[]): ReadonlyMap<string, string> {
  const references = loaded.map(({ path, variable }) => [variable!, credentialReference(secretName(path))] as const)
  return new Map([...variables, ...references])
}

/**
 * Returns the folder in that of the system's logs which systemd makes, and gives to the miner; undefined: none. It would take a folder
 * that is there from its owner, and it reads some signs in a name.
 */
export function logsDirectory({ logFile }: Service): string | undefined {
  if (logFile === undefined || logFile.folder === 'shared') return undefined
  const folder = relative(SYSTEM_LOGS, dirname(logFile.path))
  return /^\w[\w.-]*(\/\w[\w.-]*)*$/.test(folder) ? folder : undefined
}

function logsOf(service: Service): { readonly logs: readonly string[]; readonly writable: readonly string[] } {
  const { logFile } = service
  const folder = logsDirectory(service)
  if (folder !== undefined) return { logs: [`LogsDirectory=${folder}`, 'LogsDirectoryMode=0700'], writable: [] }
  // With the dash, a folder that is missing is reported by the miner, in words, and not by systemd.
  return { logs: [], writable: logFile ? [`ReadWritePaths=${unitWord(`-${dirname(logFile.path)}`)}`] : [] }
}

function capabilitiesOf({ port, admin }: Service): readonly string[] {
  const needed = [port, admin.port ?? 0].some(one => one > 0 && one < 1024) ? 'CAP_NET_BIND_SERVICE' : ''
  return [`CapabilityBoundingSet=${needed}`, `AmbientCapabilities=${needed}`]
}
