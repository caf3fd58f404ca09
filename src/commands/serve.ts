import { Flags } from '@oclif/core'
import { showOnAdmin } from '../app/admin/build-admin.js'
import { contradictions, hostSections, servedSections } from '../app/settings.js'
import {
  ADMIN,
  AXON,
  CHOSEN_DIALECT,
  CHOSEN_MINER,
  HOTKEY,
  LOG,
  MINER,
  NEURON,
  PLUGINS,
  PLUGINS_IN_USE,
  REQUEST_LOG,
} from '../app/tokens.js'
import { SettingsCommand } from '../cli/command.js'
import { logPlugins, warnOfUnusable } from '../cli/plugins/log-plugins.js'
import { listenForHangups } from '../cli/process/hangups.js'
import { serviceManager } from '../cli/process/service-manager.js'
import { stopSignals } from '../cli/process/shutdown.js'
import { logUnexpectedExit } from '../cli/process/unexpected-exit.js'
import { banner } from '../cli/serving/banner.js'
import { checkWithoutChain } from '../cli/serving/check-without-chain.js'
import { describeServing } from '../cli/serving/describe-serving.js'
import { devHotkey, devRules } from '../cli/serving/dev-rules.js'
import { endServing, type ServingEnd, servingEnd } from '../cli/serving/end-serving.js'
import { keepStatus } from '../cli/serving/keep-status.js'
import { logServing } from '../cli/serving/log-serving.js'
import { startProbe } from '../cli/serving/probe.js'
import { reloadWhileServing, watchedFile } from '../cli/serving/reload-while-serving.js'
import { ConfigError } from '../config/config-error.js'
import { valuesOf } from '../config/configuration.js'
import { typedValue } from '../config/layers/argv.js'
import { developmentKeys } from '../keys/development-keys.js'

export default class Serve extends SettingsCommand {
  static override summary = 'Join the subnet, and answer its validators until stopped.'
  static override description =
    'It reads the metagraph and the registration of the hotkey, opens the axon, and announces its address to the chain. It exits with 2 when the hotkey is not registered, and with 69 when the hotkey loses its place in the subnet. On Ctrl-C or SIGTERM it refuses new requests and finishes those in progress, for at most 30 s; on a second one it exits at once. On SIGHUP it reads the configuration file again, and takes over [policy] and log.level; at a terminal SIGHUP ends it as SIGTERM does.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --netuid 1 --model gpt-4o-mini',
    '<%= config.bin %> <%= command.id %> --dev --use echo',
    `<%= config.bin %> <%= command.id %> --model gpt-3.5-turbo --network none --allow ${developmentKeys[0].address}`,
  ]
  static override enableJsonFlag = false
  static override flags = {
    dev: Flags.boolean({
      description:
        'for development: hotkey //Bob, loopback, no chain, and //Alice to //Ferdie may ask; not together with --axon-host, --axon-external-ip and -port, --store, and the flags of policy, neuron, subtensor and wallet',
    }),
    'watch-config': Flags.boolean({
      description:
        'take over [policy] and log.level of the configuration file when it changes, as on SIGHUP; not together with --dev',
    }),
  }
  static override readonly reads = servedSections

  async run(): Promise<void> {
    const hangups = listenForHangups()
    await using run = await this.open(Serve, { ...devRules, logsToFile: true })
    const { flags, configuration, layers, scope } = run
    const contradicting = contradictions(configuration)
    if (contradicting.length > 0) throw new ConfigError('CONFIG_INVALID', contradicting)
    if (flags.dev) scope.provide(HOTKEY, devHotkey())
    else checkWithoutChain(configuration, scope.resolve(CHOSEN_DIALECT))
    const watched = flags['watch-config'] ? watchedFile(layers) : null

    const admin = await scope.resolve(ADMIN)
    await scope.resolve(REQUEST_LOG)
    const axon = await scope.resolve(AXON)
    const signals = stopSignals({ hangup: hangups === null })
    const neuron = await scope.resolve(NEURON)
    const log = scope.resolve(LOG)
    warnOfUnusable(scope.resolve(PLUGINS), log)
    await logPlugins(scope.resolve(PLUGINS_IN_USE), log)

    const manager = serviceManager(process.env, log)
    let state: AsyncDisposable | null
    let end: ServingEnd
    {
      const plugins = { miner: scope.resolve(CHOSEN_MINER).name, dialect: scope.resolve(CHOSEN_DIALECT).name }
      using _exits = logUnexpectedExit(log, plugins)
      const configFile = typedValue(layers.argv, 'config')
      const serving = await describeServing(scope, { axon, neuron, dev: flags.dev, configFile })
      if (admin) await showOnAdmin(scope, admin)
      logServing({ ...serving, port: axon.port, admin }, log)
      if (process.stderr.isTTY) process.stderr.write(await banner({ ...serving, admin }))
      void manager.ready()
      state = neuron && (await keepStatus(scope, { axon, neuron }))
      const { probe } = valuesOf(configuration, hostSections.axon)
      using _probing = probe ? startProbe(await scope.resolve(MINER), log) : null
      using _reloading = await reloadWhileServing(run, { hangups, watched, dev: flags.dev })
      end = await servingEnd(scope, { signals, neuron })
    }
    void manager.stopping()
    process.exitCode = await endServing(scope, axon, { end, signals, state })
  }
}
