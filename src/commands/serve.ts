import { Flags } from '@oclif/core'
import type { Scope } from '../app/scope.js'
import { hostSections } from '../app/settings.js'
import { AXON, CHOSEN_DIALECT, CHOSEN_MINER, HOTKEY, LOG, MINER, PLUGINS, PLUGINS_IN_USE } from '../app/tokens.js'
import { wires } from '../app/wires.js'
import { banner } from '../cli/banner.js'
import { dialectFilePath } from '../cli/choose-plugin.js'
import { SettingsCommand } from '../cli/command.js'
import { devConflicts } from '../cli/dev-mode.js'
import { UsageError } from '../cli/errors/usage-error.js'
import { logPlugins, warnOfUnusable } from '../cli/plugins/log-plugins.js'
import { startProbe } from '../cli/probe.js'
import { drainAxon, stopSignals } from '../cli/process/shutdown.js'
import { logUnexpectedExit } from '../cli/process/unexpected-exit.js'
import { type Configuration, valuesOf } from '../config/configuration.js'
import { typedValue } from '../config/layers/argv.js'
import type { TypedFlag } from '../config/layers/flag-layer.js'
import { originText } from '../config/origin.js'
import { developmentKeys } from '../keys/development-keys.js'
import { keypairFromUri } from '../keys/key-uri.js'

/** How long requests in progress may take after the first signal. */
const DRAIN_MS = 30_000

const bob = developmentKeys[1]

const decidedByDev = ['axon.host', 'policy', 'subtensor', 'wallet']
// As flags they override file and environment, which may be those of a real miner.
const impliedByDev: readonly TypedFlag[] = [
  { path: 'axon.host', flag: '--dev', texts: ['127.0.0.1'] },
  { path: 'policy.allow', flag: '--dev', texts: developmentKeys.map(({ address }) => address) },
  { path: 'policy.deny', flag: '--dev', texts: [] },
  { path: 'policy.allowUnregistered', flag: '--dev', texts: ['false'] },
]

export default class Serve extends SettingsCommand {
  static override summary = 'Open the axon, and answer validators until stopped.'
  static override description =
    'On Ctrl-C or SIGTERM it refuses new requests and finishes those in progress, for at most 30 s; on a second one it exits at once.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dev --use echo',
    `<%= config.bin %> <%= command.id %> --model gpt-3.5-turbo --network none --allow ${developmentKeys[0].address}`,
  ]
  static override enableJsonFlag = false
  static override flags = {
    dev: Flags.boolean({
      description:
        'for development: hotkey //Bob, loopback, no chain, and //Alice to //Ferdie may ask; not together with --allow, --deny, --axon-host, --network and flags of the wallet',
    }),
  }
  static override readonly reads = ['subnet', 'wallet', 'axon', 'policy', 'subtensor'] as const

  async run(): Promise<void> {
    await using run = await this.open(Serve, {
      implied: ({ dev }) => (dev ? impliedByDev : []),
      conflicts: ({ dev }, typed) => (dev ? devConflicts(typed, decidedByDev) : []),
    })
    const { flags, configuration, scope } = run
    if (flags.dev) scope.provide(HOTKEY, keypairFromUri(bob.uri))
    else requireNetwork(configuration)

    const axon = await scope.resolve(AXON)
    const { first, second } = stopSignals()
    const log = scope.resolve(LOG)
    warnOfUnusable(scope.resolve(PLUGINS), log)
    await logPlugins(scope.resolve(PLUGINS_IN_USE), log)
    const { use, models, definition, dialectFile } = chosen(scope, configuration)
    const { name: dialect, caveat } = definition
    const end = logUnexpectedExit(log, { miner: use, dialect })
    const { url, port, hotkey } = axon
    log.info({
      event: 'serving',
      url,
      port,
      hotkey,
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
        }),
      )

    const { probe } = valuesOf(configuration, hostSections.axon)
    const probing = probe ? startProbe(await scope.resolve(MINER), log) : undefined
    const signal = await first
    probing?.[Symbol.dispose]()
    end[Symbol.dispose]()
    process.exitCode = await drainAxon(axon, { signal, second, ms: DRAIN_MS, log })
  }
}

function chosen(scope: Scope, { values, origins }: Configuration) {
  const miner = scope.resolve(CHOSEN_MINER)
  const models = miner.models?.(values[miner.name] as Record<string, unknown>) ?? []
  const file = values.dialectFile
  const dialectFile = typeof file === 'string' ? dialectFilePath(file, origins.get('dialectFile')!) : undefined
  return { use: miner.name, models, definition: scope.resolve(CHOSEN_DIALECT), dialectFile }
}

/** Requires a network, and callers by name when there is no chain to know them from. */
function requireNetwork(configuration: Configuration): void {
  const { network } = valuesOf(configuration, hostSections.subtensor)
  if (network === undefined) {
    throw new UsageError(
      'NETWORK_MISSING',
      '--network is missing: it names the chain of the miner',
      '--dev to try it, or --network none with --allow and the hotkeys that may ask',
    )
  }
  if (valuesOf(configuration, hostSections.policy).allow.length === 0) {
    const origin = originText(configuration.origins.get('subtensor.network')!)
    throw new UsageError(
      'NOBODY_ALLOWED',
      `without a chain, only the hotkeys in --allow may ask (${origin}), and --allow is empty`,
      'name the hotkeys that may ask, with --allow',
    )
  }
}
