import { dialectCatalogue } from '../app/catalogue/dialects.js'
import { packageInfo } from '../app/package-info.js'
import { observe } from '../axon/events.js'
import { type Axon, type AxonOptions, serveAxon } from '../axon/serve-axon.js'
import { nonceGenerator } from '../dendrite/nonces.js'
import { developmentKeys } from '../keys/development-keys.js'
import { keypairFromUri } from '../keys/key-uri.js'
import { decodeAddress } from '../keys/ss58.js'
import { createVerifier } from '../keys/verifier.js'
import type { DialectDefinition } from '../plugin/dialect.js'
import { checkDialectDefinition } from '../plugin/load/check-definition.js'
import { requireNeeds } from '../plugin/load/require-needs.js'
import type { Hotkey, Miner } from '../plugin/miner.js'
import type { ScreenRule } from '../plugin/screen-rule.js'
import { type DialectPlugin, type MinerPlugin, sdk } from '../plugin/sdk.js'
import { synapseWire } from '../wires/synapse/wire.js'
import { buildMiner } from './build-miner.js'
import type { Clock } from './clock.js'

export type StartAxonOptions = {
  readonly miner: MinerPlugin | Miner
  /** a plugin, or the name of a built-in dialect: `prompting` unless it is said */
  readonly dialect?: DialectPlugin | string
  /** settings of a miner's plugin, in the form that `create` gets: durations in milliseconds, sizes in bytes */
  readonly config?: object
  /** the time here, for callers as well; the real one unless it is said */
  readonly clock?: Clock
}

/** An axon on loopback, for a test to ask. Disposing it ends what still runs, and closes the miner that it built. */
export type TestAxon = AsyncDisposable & {
  readonly url: string
  /** that of //Bob */
  readonly hotkey: Hotkey
  readonly dialect: DialectDefinition
  /**
   * What was thrown inside, oldest first. Of a fault a caller learns no more than a number; a test that fails wants to
   * know.
   */
  readonly errors: readonly unknown[]
  /** for the next request that is signed: nanoseconds by its clock, never the same twice */
  nextNonce(): bigint
}

/**
 * Opens a real axon with a miner and a dialect: HTTP, signatures, queue and deadlines are those of `miner serve`. All
 * development keys, //Alice to //Ferdie, may ask.
 *
 * @throws {TypeError} when a plugin is not what its type says, the settings do not hold, or no built-in dialect has that name
 * @throws {PluginError} MINER_LACKS when the dialect needs what the miner cannot do
 * @throws whatever a plugin throws
 */
export async function startAxon({
  miner: of,
  dialect: speaking = 'prompting',
  config,
  clock,
}: StartAxonOptions): Promise<TestAxon> {
  const dialect = await dialectOf(speaking)
  const built = await buildMiner(of, config)
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
  nextNonce() // what is signed in the very instant in which an axon begins is stale to it
  const stop = observe('failed', record => record.axon === axon.id && onError(record.error), onError)
  return {
    url: axon.url,
    hotkey: axon.hotkey,
    dialect,
    errors,
    nextNonce,
    async [Symbol.asyncDispose]() {
      await axon[Symbol.asyncDispose]()
      stop()
      await built[Symbol.asyncDispose]()
    },
  }
}

async function dialectOf(dialect: DialectPlugin | string): Promise<DialectDefinition> {
  if (typeof dialect === 'function') {
    const definition = dialect(sdk)
    const [fault] = checkDialectDefinition(definition, definition.name)
    if (fault !== undefined) throw new TypeError(`the plugin is no dialect: ${fault}`)
    return definition
  }
  const builtIn = dialectCatalogue({ from: packageInfo(), declared: [] })
  const entry = builtIn.get(dialect)
  if (!entry) throw new TypeError(`there is no dialect ${dialect}; built in are: ${[...builtIn.keys()].join(', ')}`)
  return entry.load()
}

/** What an axon cannot do without; all else has a default that suits a test. */
export type DevelopmentAxonOptions = Partial<AxonOptions> & Pick<AxonOptions, 'dialect' | 'miner' | 'onError'>

/** Opens an axon of //Bob on a free port of loopback, whom all development keys may ask. */
export async function developmentAxon(options: DevelopmentAxonOptions): Promise<Axon> {
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
    rules: [developmentKeysOnly],
    verify: async checks =>
      checks.map(({ hotkey, ...signed }) => verifier.verify({ publicKey: decodeAddress(hotkey), ...signed })),
    concurrency: 4,
    queue: 8,
    maxBody: 1024 * 1024,
    maxTimeoutMs: 60_000,
    marginMs: 300,
    mayCut: true,
    ...options,
  })
}

// They are not exempt, as those that an operator allows would be: rates hold in a test.
const developmentKeysOnly: ScreenRule = hotkey =>
  developmentKeys.some(({ address }) => address === hotkey)
    ? { allow: true }
    : { allow: false, reason: 'hotkey not allowed' }
