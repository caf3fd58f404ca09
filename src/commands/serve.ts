import { Flags } from '@oclif/core'
import { networkName } from '../app/chain/network-name.js'
import { withoutEffect } from '../app/chain/without-chain.js'
import type { Scope } from '../app/scope.js'
import { hostSections } from '../app/settings.js'
import { keepState } from '../app/state/keep-state.js'
import { statePath } from '../app/state/serving-state.js'
import {
  ADDRESS,
  AXON,
  CHAIN_FOLDER,
  CHOSEN_DIALECT,
  CHOSEN_MINER,
  HOTKEY,
  LOG,
  MINER,
  NEURON,
  PLUGINS,
  PLUGINS_IN_USE,
  RESOURCES,
} from '../app/tokens.js'
import { wires } from '../app/wires.js'
import type { Axon } from '../axon/serve-axon.js'
import { dialectFilePath } from '../cli/choose-plugin.js'
import { SettingsCommand } from '../cli/command.js'
import { devConflicts } from '../cli/dev-mode.js'
import { DEREGISTERED } from '../cli/errors/exit-codes.js'
import { UsageError } from '../cli/errors/usage-error.js'
import { logPlugins, warnOfUnusable } from '../cli/plugins/log-plugins.js'
import { drainAxon, stopSignals } from '../cli/process/shutdown.js'
import { logUnexpectedExit } from '../cli/process/unexpected-exit.js'
import { banner } from '../cli/serving/banner.js'
import { startProbe } from '../cli/serving/probe.js'
import { callersText, mayAsk } from '../cli/serving/who-may-ask.js'
import { ConfigError } from '../config/config-error.js'
import { type Configuration, valuesOf } from '../config/configuration.js'
import { typedValue } from '../config/layers/argv.js'
import type { TypedFlag } from '../config/layers/flag-layer.js'
import { originText } from '../config/origin.js'
import { developmentKeys } from '../keys/development-keys.js'
import { keypairFromUri } from '../keys/key-uri.js'
import type { NeuronLife } from '../neuron/start-neuron.js'
import { axonText } from '../text/axon-text.js'

/** How long requests in progress may take after the first signal. */
const DRAIN_MS = 30_000

const bob = developmentKeys[1]

const decidedByDev = ['axon.externalIp', 'axon.externalPort', 'axon.host', 'neuron', 'policy', 'subtensor', 'wallet']
// As flags they override file and environment, which may be those of a real miner.
const impliedByDev: readonly TypedFlag[] = [
  { path: 'axon.host', flag: '--dev', texts: ['127.0.0.1'] },
  { path: 'policy.allow', flag: '--dev', texts: developmentKeys.map(({ address }) => address) },
  { path: 'policy.deny', flag: '--dev', texts: [] },
  { path: 'subtensor.network', flag: '--dev', texts: ['none'] },
  { path: 'policy.allowUnregistered', flag: '--dev', texts: ['false'] },
]

export default class Serve extends SettingsCommand {
  static override summary = 'Join the subnet, and answer its validators until stopped.'
  static override description =
    'It reads the registration of the hotkey and the metagraph, opens the axon, and tells the chain where that is. It exits with 2 when the hotkey is not registered, and with 69 when it loses its place. On Ctrl-C or SIGTERM it refuses new requests and finishes those in progress, for at most 30 s; on a second one it exits at once.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --netuid 1 --model gpt-4o-mini',
    '<%= config.bin %> <%= command.id %> --dev --use echo',
    `<%= config.bin %> <%= command.id %> --model gpt-3.5-turbo --network none --allow ${developmentKeys[0].address}`,
  ]
  static override enableJsonFlag = false
  static override flags = {
    // Of the original base miner. This one sets no weights anyway.
    'miner.no_set_weights': Flags.boolean({
      description: 'has nothing to turn off: a miner sets no weights',
      hidden: true,
    }),
    dev: Flags.boolean({
      description:
        'for development: hotkey //Bob, loopback, no chain, and //Alice to //Ferdie may ask; not together with --axon-host, --axon-external-ip and -port, and the flags of policy, neuron, subtensor and wallet',
    }),
  }
  static override readonly reads = ['subnet', 'dialect', 'wallet', 'axon', 'policy', 'neuron', 'subtensor'] as const

  async run(): Promise<void> {
    await using run = await this.open(Serve, {
      implied: ({ dev }) => (dev ? impliedByDev : []),
      conflicts: ({ dev }, typed) => (dev ? devConflicts(typed, decidedByDev) : []),
    })
    const { flags, configuration, scope } = run
    if (flags.dev) scope.provide(HOTKEY, keypairFromUri(bob.uri))
    else if (valuesOf(configuration, hostSections.subtensor).network === 'none') checkWithoutChain(configuration)

    const axon = await scope.resolve(AXON)
    const { first, second } = stopSignals()
    const neuron = await scope.resolve(NEURON)
    const log = scope.resolve(LOG)
    warnOfUnusable(scope.resolve(PLUGINS), log)
    await logPlugins(scope.resolve(PLUGINS_IN_USE), log)
    const { use, models, definition, dialectFile } = chosen(scope, configuration)
    const { name: dialect, caveat } = definition
    const end = logUnexpectedExit(log, { miner: use, dialect })
    const { url, port, hotkey } = axon
    const standings = neuron?.standings ?? (() => 'unregistered' as const)
    const answers = mayAsk(configuration, { standings, hasChain: neuron !== null })
    const callers = callersText(configuration, { metagraph: neuron?.report().metagraph ?? null, mayAsk: answers })
    const place = neuron && (await placeOf(scope, { configuration, neuron, axon }))
    log.info({
      event: 'serving',
      url,
      port,
      hotkey,
      ...(place && { network: place.network, netuid: place.netuid, uid: place.uid }),
      ...(place?.announces && { announces: place.announces }),
      callers,
      use,
      ...(models.length === 1 ? { model: models[0] } : models.length > 1 && { models }),
      dialect,
      ...(dialectFile && { dialectFile }),
      wires: wires.map(({ name }) => name),
    })
    if (caveat) log.warn({ event: 'caveat', dialect, message: caveat })
    if (process.stderr.isTTY)
      process.stderr.write(
        await banner({
          url,
          hotkey,
          use,
          models,
          dialect: definition,
          dialectFile,
          dev: flags.dev,
          configuration,
          configFile: typedValue(run.layers.argv, 'config'),
          mayAsk: answers,
          place: place && `${place.uid} of subnet ${place.netuid} on ${place.network}`,
          announces: place && (place.announces ?? 'nothing, because of --no-announce'),
          callers,
        }),
      )

    const state = neuron && keepStatus(scope, { configuration, neuron, axon, use, dialect })
    const { probe } = valuesOf(configuration, hostSections.axon)
    const probing = probe ? startProbe(await scope.resolve(MINER), log) : undefined
    const { whenDeregistered } = valuesOf(configuration, hostSections.neuron)
    const deregistered = neuron && whenDeregistered === 'exit' ? neuron.deregistered : never
    const signal = await Promise.race([first, deregistered.then(() => undefined)])
    probing?.[Symbol.dispose]()
    end[Symbol.dispose]()
    const draining = { ms: DRAIN_MS, log, beforeExit: async () => await state?.[Symbol.asyncDispose]() }
    if (signal) process.exitCode = await drainAxon(axon, { signal, second, ...draining })
    else {
      await drainAxon(axon, { second: Promise.race([first, second]), ...draining })
      process.exitCode = DEREGISTERED
    }
  }
}

const never = new Promise<never>(() => {})

function chosen(scope: Scope, { values, origins }: Configuration) {
  const miner = scope.resolve(CHOSEN_MINER)
  const models = miner.models?.(values[miner.name] as Record<string, unknown>) ?? []
  const file = values.dialectFile
  const dialectFile = typeof file === 'string' ? dialectFilePath(file, origins.get('dialectFile')!) : undefined
  return { use: miner.name, models, definition: scope.resolve(CHOSEN_DIALECT), dialectFile }
}

/** A miner that serves on a subnet. */
type OnSubnet = { readonly configuration: Configuration; readonly neuron: NeuronLife; readonly axon: Axon }

/** Keeps the file that `miner status` reads, until the scope closes or the miner ends. */
function keepStatus(
  scope: Scope,
  { configuration, neuron, axon, use, dialect }: OnSubnet & { readonly use: string; readonly dialect: string },
): AsyncDisposable {
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const { network } = valuesOf(configuration, hostSections.subtensor)
  const { allow } = valuesOf(configuration, hostSections.policy)
  const { id, hotkey, url, port } = axon
  const state = keepState({
    path: statePath(scope.resolve(CHAIN_FOLDER), { netuid, hotkey }),
    log: scope.resolve(LOG),
    axon: id,
    standings: neuron.standings,
    allow,
    neuron: () => neuron.report(),
    network: networkName(network),
    netuid,
    hotkey,
    url,
    port,
    miner: use,
    dialect,
  })
  return scope.resolve(RESOURCES).own(state)
}

/** Where the miner lives, and what it tells the chain. */
async function placeOf(scope: Scope, { configuration, neuron, axon }: OnSubnet) {
  const { netuid } = valuesOf(configuration, hostSections.subnet)
  const { network } = valuesOf(configuration, hostSections.subtensor)
  const { externalPort = axon.port } = valuesOf(configuration, hostSections.axon)
  const address = await scope.resolve(ADDRESS)
  return {
    network: networkName(network),
    netuid,
    uid: neuron.report().uid,
    announces: address && axonText({ ip: address.ip, port: externalPort }),
  }
}

/**
 * Checks what a miner without a chain needs: callers by name, since no standing tells who they are.
 *
 * @throws {ConfigError} CONFIG_INVALID when a flag has no effect without a chain
 * @throws {UsageError} NOBODY_ALLOWED
 */
function checkWithoutChain(configuration: Configuration): void {
  const idle = withoutEffect(configuration, 'flag')
  if (idle.length > 0) throw new ConfigError('CONFIG_INVALID', idle)
  if (valuesOf(configuration, hostSections.policy).allow.length > 0) return
  const origin = originText(configuration.origins.get('subtensor.network')!)
  throw new UsageError(
    'NOBODY_ALLOWED',
    `without a chain, only the hotkeys in --allow may ask (${origin}), and --allow is empty`,
    'name the hotkeys that may ask, with --allow',
  )
}
