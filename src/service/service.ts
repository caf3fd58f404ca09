/** What is needed to run `miner serve` for good, whatever runs it. Every path is absolute. */
export type Service = {
  /** of the unit or the container, and of its folder of data */
  readonly name: string
  /** of this program */
  readonly version: string
  /** of the Node in an image: the one that this program is tested with */
  readonly nodeVersion: string
  /** the Node that runs it, and the file that Node runs */
  readonly node: string
  readonly program: string
  /** what follows `serve` */
  readonly args: readonly string[]
  /** the settings that stand neither in the configuration file nor in that of `--env-file`, paths made absolute, and `NODE_EXTRA_CA_CERTS` */
  readonly variables: ReadonlyMap<string, string>
  readonly secrets: ServiceSecrets
  /** the other files that it reads: those of the configuration, of the dialect, and of certificates */
  readonly files: readonly string[]
  readonly hotkeyFile: string
  readonly logFile: LogFile | undefined
  readonly owner: Owner
  /** of the owner, as `~` means it */
  readonly home: string
  /** that `MINER_DATA_DIR` names here; a service has another one */
  readonly dataFolder: string | undefined
  readonly port: number
  /** on which the axon listens, and which a container does not have; undefined: every address of this machine */
  readonly host: string | undefined
  /** addresses and networks whose X-Forwarded-For the axon takes */
  readonly trustedProxies: readonly string[]
  /** which it asks, and a container does not reach */
  readonly localServers: readonly LocalServer[]
  readonly admin: AdminSettings
  /** how long it may take to stop, which includes the drain */
  readonly stopSeconds: number
}

/** The folder in which programs keep their logs. */
export const SYSTEM_LOGS = '/var/log'

/** The file of `--log-file`, with a folder that the miner writes: it puts full files aside there. */
export type LogFile = {
  /** without symbolic links */
  readonly path: string
  /** whether its folder has to be made, belongs to the owner of the hotkey, or lets the owner write */
  readonly folder: 'missing' | 'own' | 'shared'
}

/** A server on this machine that a setting names. */
export type LocalServer = {
  /** of the setting, or of the item in it: `openai.endpoints[1].baseUrl` */
  readonly path: string
  /** with its port */
  readonly host: string
}

/** What the settings say of the port for the operator. */
export type AdminSettings = {
  /** undefined: none opens */
  readonly port: number | undefined
  readonly host: string
  readonly allowHost: readonly string[]
  /** the paths of the settings that a flag or a variable gives, and of those that a file gives */
  readonly typed: readonly string[]
  readonly filed: readonly string[]
}

/** Where the secrets are. None of them is in what this program writes. */
export type ServiceSecrets = {
  readonly files: readonly SecretFile[]
  /** the credentials of systemd that the configuration names */
  readonly credentials: readonly string[]
  /** the variables that `env:NAME` refers to */
  readonly variables: readonly string[]
}

/** A file that holds a secret. */
export type SecretFile = {
  /** where the setting has it: `openai.endpoints[1].apiKey` */
  readonly path: string
  readonly file: string
  /** the variable of the setting; absent when the secret is a part of its value */
  readonly variable?: string
}

/** Who runs it: the owner of the hotkey. */
export type Owner = {
  readonly uid: number
  readonly gid: number
  /** undefined when the system has no name for it */
  readonly name: string | undefined
}
