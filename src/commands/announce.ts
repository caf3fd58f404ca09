import { Flags } from '@oclif/core'
import { registerCommand } from '../app/chain/register-command.js'
import { hostSections } from '../app/settings.js'
import { isServing, readState, statePath } from '../app/state/serving-state.js'
import { CHAIN_FOLDER, ENDING, HOTKEY } from '../app/tokens.js'
import type { AnnouncedAxon } from '../chain/metagraph.js'
import { SettingsCommand } from '../cli/command.js'
import { formatMessage } from '../cli/errors/format-message.js'
import { UsageError } from '../cli/errors/usage-error.js'
import { announceNow, type Changed, nowhere } from '../cli/subnet/announce-now.js'
import { localIp, localPort } from '../cli/subnet/local-axon.js'
import { lookAtChain } from '../cli/subnet/open-chain.js'
import { valuesOf } from '../config/configuration.js'
import { axonText } from '../text/axon-text.js'
import { groupedText } from '../text/span.js'

export default class AnnounceCommand extends SettingsCommand {
  static override summary = 'Tell the chain once where the axon is, or with --stop that it is nowhere.'
  static override description =
    '`miner serve` announces its axon by itself; this is for an axon behind a proxy, and for one that has moved or ended. It is signed with the hotkey and costs nothing. The subnet limits how often an axon may be announced, most to once in 10 minutes.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --netuid 1 --axon-external-ip 203.0.113.7 --axon-external-port 8091',
    '<%= config.bin %> <%= command.id %> --netuid 1 --stop',
  ]
  static override flags = {
    stop: Flags.boolean({ description: 'take the announcement back: the chain then holds no address of the axon' }),
  }
  static override readonly reads = ['subnet', 'wallet', 'axon', 'neuron', 'subtensor'] as const
  static override readonly fewOf = { axon: ['port', 'externalIp', 'externalPort'], neuron: ['addressServices'] }
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(AnnounceCommand)
    const { flags, scope, configuration } = run
    const { netuid } = valuesOf(configuration, hostSections.subnet)
    const signal = scope.resolve(ENDING)
    const chain = await lookAtChain(scope)
    const signer = await scope.resolve(HOTKEY)
    const { state } = await readState(statePath(scope.resolve(CHAIN_FOLDER), { netuid, hotkey: signer.address }))
    const running = state && isServing(state, Date.now()) ? state : null

    // Before the address, which takes some seconds to find.
    const port = flags.stop ? nowhere.port : knownPort(localPort(configuration, running))
    using waiting = this.status.show('asking for the address of this machine')
    const axon = flags.stop ? nowhere : { ip: await localIp(configuration, signal), port }
    waiting.change('reading the chain')
    const changed = await announceNow({
      chain,
      netuid,
      axon,
      signer,
      registerCommand: registerCommand(configuration),
      onSend: () => waiting.change('waiting for the block that includes it'),
      signal,
    })
    waiting[Symbol.dispose]()

    const other = running?.ours && axonText(running.ours) !== axonText(axon) ? running.ours : null
    if (running && other) {
      const message = `miner serve, process ${running.pid}, will announce ${axonText(other)} again`
      const hint = 'stop it, or serve with --no-announce'
      process.stderr.write(formatMessage({ label: 'warning', message, hint }))
    }
    if (this.jsonEnabled()) {
      const { ip, port } = flags.stop ? { ip: null, port: null } : axon
      return { netuid, hotkey: signer.address, ip, port, ...changed }
    }
    this.log(textOf(flags.stop ? null : axon, changed))
    return undefined
  }
}

/** @throws {UsageError} PORT_MISSING */
function knownPort(port: number | null): number {
  if (port !== null) return port
  throw new UsageError(
    'PORT_MISSING',
    'the port to announce is not known: with port 0 miner serve picks a free one',
    '--axon-external-port and the port under which validators reach the axon',
  )
}

/** @param axon null: the announcement was taken back */
function textOf(axon: Pick<AnnouncedAxon, 'ip' | 'port'> | null, { changed, block }: Changed): string {
  const at = block === null ? '' : ` since block ${groupedText(block)}`
  if (axon === null) return changed ? `the chain holds no address of this axon${at}` : 'nothing is announced'
  const what = `the chain holds ${axonText(axon)}`
  return changed ? `${what}${at}` : `${what} already${at && `,${at}`}`
}
