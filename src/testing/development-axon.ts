import { type Axon, type AxonOptions, serveAxon } from '../axon/serve-axon.js'
import { developmentKeys } from '../keys/development-keys.js'
import { keypairFromUri } from '../keys/key-uri.js'
import { decodeAddress } from '../keys/ss58.js'
import { createVerifier } from '../keys/verifier.js'
import type { ScreenRule } from '../plugin/screen-rule.js'
import { synapseWire } from '../wires/synapse/wire.js'

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
