import { dialectCatalogue } from '../app/catalogue/dialects.js'
import { packageInfo } from '../app/package-info.js'
import { sdkOf } from '../app/sdk.js'
import { observe } from '../axon/events.js'
import type { AxonOptions } from '../axon/options.js'
import { type Axon, serveAxon } from '../axon/serve-axon.js'
import { CurrentPolicy } from '../axon/state/current-policy.js'
import { nonceGenerator } from '../dendrite/nonces.js'
import { developmentKeys } from '../keys/development-keys.js'
import { keypairFromUri } from '../keys/key-uri.js'
import { decodeAddress } from '../keys/ss58.js'
import { createVerifier } from '../keys/verifier.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import { requireNeeds } from '../plugin/load/require-needs.js'
import type { Hotkey, Miner } from '../plugin/miner.js'
import type { ScreenRule } from '../plugin/screen-rule.js'
import type { DialectPlugin, MinerPlugin } from '../plugin/sdk.js'
import type { Standings } from '../plugin/standing.js'
import { synapseWire } from '../wires/synapse/wire.js'
import { buildMiner, type LogRecord } from './build-miner.js'
import type { Clock } from './clock.js'
import { definitionOf } from './definition-of.js'

/** Options of `startAxon`. */
export type StartAxonOptions = {
  readonly miner: MinerPlugin | Miner
  /** a plugin, or the name of a built-in dialect; `prompting` by default */
  readonly dialect?: DialectPlugin | string
  /** the settings of a miner plugin, in the form that `create` receives: durations in milliseconds, sizes in bytes */
  readonly config?: object
  /** the clock of the axon and its callers; the real time by default */
  readonly clock?: Clock
}

/** An axon on loopback for a test. Disposing it ends open requests, and closes a miner that `startAxon` created. */
export type TestAxon = AsyncDisposable & {
  readonly url: string
  /** the hotkey of //Bob */
  readonly hotkey: Hotkey
  readonly dialect: DialectDefinition
  /**
   * Errors thrown inside, oldest first. A caller sees only a number for an internal error, so a test can look here for
   * the reason.
   */
  readonly errors: readonly unknown[]
  /** what the miner's plugin has logged so far, oldest first */
  readonly records: readonly LogRecord[]
  /** Returns a nonce for the next signed request: nanoseconds by the axon's clock, never the same twice. */
  nextNonce(): bigint
}

/**
 * Starts a real axon with a miner and a dialect: HTTP, signatures, queue and deadlines work as in `miner serve`. It
 * admits all development keys, //Alice to //Ferdie, as validators with equal stake. All other keys are not registered.
 *
 * @throws {TypeError} when a plugin or the settings are invalid, or there is no built-in dialect with that name
 * @throws {PluginError} MINER_LACKS when the dialect needs a capability that the miner lacks
 * @throws whatever a plugin throws
 */
export async function startAxon({
  miner: pluginOrMiner,
  dialect: pluginOrName = 'prompting',
  config,
  clock,
}: StartAxonOptions): Promise<TestAxon> {
  const dialect = await dialectOf(pluginOrName)
  const built = await buildMiner(pluginOrMiner, config)
  const errors: unknown[] = []
  const onError = (error: unknown) => void errors.push(error)
  const now = clock?.now ?? Date.now
  const open = async () => {
    requireNeeds(dialect, built)
    return developmentAxon({ dialect, miner: built.miner, minerName: built.name, onError, now })
  }
  const axon = await open().catch(async error => {
    await built[Symbol.asyncDispose]()
    throw error
  })
  const nextNonce = nonceGenerator(now)
  nextNonce() // skipped, because an axon refuses a nonce from the instant of its start
  const stop = observe('failed', record => record.axon === axon.id && onError(record.error), onError)
  return {
    url: axon.url,
    hotkey: axon.hotkey,
    dialect,
    errors,
    records: built.records,
    nextNonce,
    async [Symbol.asyncDispose]() {
      await axon[Symbol.asyncDispose]()
      stop()
      await built[Symbol.asyncDispose]()
    },
  }
}

async function dialectOf(dialect: DialectPlugin | string): Promise<DialectDefinition> {
  if (typeof dialect === 'function') return definitionOf(dialect)
  const builtIn = dialectCatalogue({ from: packageInfo(), sdk: sdkOf(), declared: [] })
  const entry = builtIn.get(dialect)
  if (!entry)
    throw new TypeError(`there is no dialect ${dialect}; the built-in dialects are: ${[...builtIn.keys()].join(', ')}`)
  return entry.load()
}

/** The options of an axon; all but three have defaults for tests. */
export type DevelopmentAxonOptions = Partial<AxonOptions> &
  Pick<AxonOptions, 'dialect' | 'miner' | 'onError'> & {
    /** of a policy without rates; ignored with a `policy` */
    readonly rules?: readonly ScreenRule[]
  }

/** Starts an axon of //Bob on a free port of loopback, which admits all development keys. */
export async function developmentAxon({
  rules = [developmentKeysOnly],
  ...options
}: DevelopmentAxonOptions): Promise<Axon> {
  const bob = await keypairFromUri('//Bob')
  const verifier = createVerifier({ onPanic: options.onError })
  return serveAxon({
    hotkey: bob.address,
    host: '127.0.0.1',
    port: 0,
    wires: [synapseWire],
    minerName: 'miner',
    sign: message => bob.sign(message),
    onHookFailed: (hook, cause) => options.onError(new Error(`the hook ${hook} failed`, { cause })),
    policy: new CurrentPolicy({ rules, rate: null, rates: new Map() }),
    standings: developmentStandings,
    verify: async checks =>
      verifier.verify(checks.map(({ hotkey, ...signed }) => ({ publicKey: decodeAddress(hotkey), ...signed }))),
    concurrency: 4,
    queue: 8,
    maxBody: 1024 * 1024,
    maxTimeoutMs: 60_000,
    marginMs: 300,
    mayCut: true,
    ...options,
  })
}

/** Those of validators with equal stake. */
const developmentStandings: Standings = hotkey => {
  const uid = developmentKeys.findIndex(({ address }) => address === hotkey)
  return uid < 0 ? 'unregistered' : { uid, stakeRao: 1_000_000_000_000n, hasPermit: true }
}

// Not exempt, unlike hotkeys that an operator allows: rates apply in a test.
const developmentKeysOnly: ScreenRule = hotkey =>
  developmentKeys.some(({ address }) => address === hotkey)
    ? { allow: true }
    : { allow: false, reason: 'hotkey not allowed' }
