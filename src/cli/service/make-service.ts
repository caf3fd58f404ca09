import { realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chainUrls } from '../../app/chain/chain-urls.js'
import { packageInfo } from '../../app/package-info.js'
import { hostSections } from '../../app/settings.js'
import { type Configuration, valueAt, valuesOf } from '../../config/configuration.js'
import { typedValue } from '../../config/layers/argv.js'
import type { Layers } from '../../config/look-up.js'
import { type AdminSettings, type Service, SYSTEM_LOGS } from '../../service/service.js'
import { escapeName } from '../../text/escape.js'
import { hotkeyFile, walletFolder } from '../../wallet/hotkey-files.js'
import { hotkeyNotFound } from '../../wallet/open-hotkey.js'
import { readKeyfile } from '../../wallet/read-keyfile.js'
import { isSealed } from '../../wallet/sealed.js'
import { settingPath } from '../choose-plugin.js'
import { HIDDEN, valueElsewhere } from '../config/take-over.js'
import { UsageError } from '../errors/usage-error.js'
import { DRAIN_MS } from '../serving/end-serving.js'
import { findLogFile } from './find-log-file.js'
import { localServers } from './local-servers.js'
import { ownerOf } from './owner.js'
import { findSecrets, isTyped } from './secrets.js'

/** How long `miner serve` may take to stop: it finishes its requests, and then closes. */
const STOP_SECONDS = DRAIN_MS / 1000 + 15

type ServiceOptions = {
  readonly name: string
  readonly configuration: Configuration
  readonly layers: Layers
  /** where the configuration file is, or would be */
  readonly configDir: string
}

/**
 * Returns what has to run so that `miner serve` runs for good as it would run here and now.
 *
 * @throws {ConfigError} CONFIG_INVALID with each secret that is neither `env:NAME` nor `file:PATH`
 * @throws {UsageError} NOT_A_SERVICE when the hotkey needs a password that is not configured, or the configuration is a pipe
 * @throws {WalletError} when the hotkey cannot be read
 */
export async function makeService({ name, configuration, layers, configDir }: ServiceOptions): Promise<Service> {
  const configFile = layers.file && resolve(layers.file.path)
  const envFile = layers.envFile && resolve(layers.envFile.path)
  if (configFile && !(await stat(configFile)).isFile()) throw notAFile(configFile)
  const place = {
    configFile: configFile ?? join(configDir, 'config.toml'),
    isNamed: typedValue(layers.argv, 'config') !== undefined,
  }
  const found = findSecrets(configuration, place)
  // Those of the file of `--env-file` are there in the service, too.
  const own = layers.envFile && 'variables' in layers.envFile ? layers.envFile.variables : {}
  const secrets = { ...found, variables: found.variables.filter(variable => !own[variable]) }
  const wallet = valuesOf(configuration, hostSections.wallet)
  const path = resolve(walletFolder(wallet.path))
  const keyfile = hotkeyFile({ ...wallet, path })
  await requireOpenable(keyfile, { path, hasPassword: wallet.password !== undefined })
  const { version, testedNode } = packageInfo()
  const { port, host, trustedProxy: trustedProxies } = valuesOf(configuration, hostSections.axon)
  const { dialectFile } = valuesOf(configuration, hostSections.dialect)
  const { NODE_EXTRA_CA_CERTS: trusted, MINER_DATA_DIR: dataFolder } = layers.env
  const certificates = trusted ? [['NODE_EXTRA_CA_CERTS', resolve(trusted)] as const] : []
  const read = [
    configFile,
    envFile,
    ...certificates.map(([, file]) => file),
    fileOf(configuration, 'dialectFile', dialectFile),
  ]
  const files = read.filter(file => file !== undefined && file !== null)
  const program = await realpath(fileURLToPath(new URL('bin/run.js', import.meta.resolve('#package'))))
  const owner = await ownerOf(keyfile)
  const home = homedir()
  const secretFiles = secrets.files.map(({ file }) => file)
  const kept = [dirname(dirname(program)), process.execPath, keyfile, ...files, ...secretFiles, home, SYSTEM_LOGS]
  const log = fileOf(configuration, 'log-file.path', valuesOf(configuration, hostSections.logFile).path)
  const logFile = log === undefined ? undefined : await findLogFile(log, { name, owner, kept })
  // A container sees the folder of the file, and no link to it from elsewhere.
  const followed = logFile && logFile.path !== log ? [['MINER_LOG_FILE_PATH', logFile.path] as const] : []
  return {
    name,
    version,
    nodeVersion: testedNode,
    node: process.execPath,
    program,
    args: [...(configFile ? [`--config=${configFile}`] : []), ...(envFile ? [`--env-file=${envFile}`] : [])],
    variables: new Map([
      ...(await typedVariables(configuration)),
      ['MINER_WALLET_PATH', path],
      ...followed,
      ...certificates,
    ]),
    secrets,
    files,
    logFile,
    hotkeyFile: keyfile,
    owner,
    home,
    dataFolder: dataFolder ? resolve(dataFolder) : undefined,
    port,
    host,
    trustedProxies,
    localServers: localServers(configuration),
    admin: adminPort(configuration),
    stopSeconds: STOP_SECONDS,
  }
}

function adminPort(configuration: Configuration): AdminSettings {
  const { port, host, allowHost } = valuesOf(configuration, hostSections.admin)
  const given = configuration.settings.flatMap(({ section, path }) => {
    const origin = section === hostSections.admin.name && configuration.origins.get(path)
    return origin && origin.from !== 'default' ? [{ path, typed: isTyped(origin) }] : []
  })
  const pathsOf = (typed: boolean) => given.filter(one => one.typed === typed).map(({ path }) => path)
  return { port, host, allowHost, typed: pathsOf(true), filed: pathsOf(false) }
}

function notAFile(path: string): UsageError {
  const message = `${escapeName(path)} is a pipe or a device, which a service cannot read at each start`
  return new UsageError('NOT_A_SERVICE', message, 'write the configuration to a file, and name that with --config')
}

/** A service cannot ask for a password. */
async function requireOpenable(file: string, wallet: { readonly path: string; readonly hasPassword: boolean }) {
  const keyfile = await readKeyfile(file)
  if (keyfile === null) throw await hotkeyNotFound(file, wallet.path)
  if (!isSealed(keyfile.bytes) || wallet.hasPassword) return
  throw new UsageError(
    'NOT_A_SERVICE',
    `hotkey file ${file} is encrypted, and a service cannot ask for its password`,
    'write the password to a file of mode 0600, and set wallet.password to file:PATH',
  )
}

/** Returns the variables that give the settings which no file gives. */
async function typedVariables(configuration: Configuration): Promise<ReadonlyMap<string, string>> {
  const variables = new Map<string, string>()
  for (const setting of configuration.settings) {
    const origin = configuration.origins.get(setting.path)
    if (!origin || !(isTyped(origin) || isPlaced(setting.path, origin.from))) continue
    const value = await valueElsewhere(setting, { value: valueAt(configuration, setting), origin }, storing)
    if (value === HIDDEN) throw hiddenUrl(setting.path, 'a query or a fragment')
    if (chainUrls(setting, value).some(({ pathname }) => pathname !== '/')) throw hiddenUrl(setting.path, 'a path')
    variables.set(setting.variables[0]!, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return variables
}

/** A path in the file of `--env-file` is relative to the folder of the run, and a service runs in another one. */
function isPlaced(path: string, from: string): boolean {
  return (path === 'dialectFile' || path === 'log-file.path') && from === 'envFile'
}

const storing = {
  folder: '.',
  store: (path: string) => Promise.reject(new TypeError(`${path} is a literal secret, and was not refused`)),
}

function hiddenUrl(path: string, part: string): UsageError {
  const message = `${path} is a URL with ${part}, which may be secret, and is written nowhere`
  return new UsageError('NOT_A_SERVICE', message, `write it to the configuration file: miner config edit`)
}

/** Returns the file that a setting names; undefined when it names none. */
function fileOf({ origins }: Configuration, path: string, named: string | undefined): string | undefined {
  return named === undefined ? undefined : settingPath(named, origins.get(path)!)
}
