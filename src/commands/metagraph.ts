import { Flags } from '@oclif/core'
import { hostSections } from '../app/settings.js'
import { ENDING } from '../app/tokens.js'
import type { Neuron } from '../chain/metagraph.js'
import { SettingsCommand } from '../cli/command.js'
import { readCount } from '../cli/flags/count.js'
import { chooseNeurons, type SortKey, sortKeys } from '../cli/subnet/choose-neurons.js'
import { findNeuron } from '../cli/subnet/find-neuron.js'
import { metagraphJson } from '../cli/subnet/metagraph-json.js'
import { metagraphHead, metagraphTable } from '../cli/subnet/metagraph-table.js'
import { neuronRecord } from '../cli/subnet/neuron-record.js'
import { lookAtChain } from '../cli/subnet/open-chain.js'
import { valuesOf } from '../config/configuration.js'
import { decodeAddress } from '../keys/ss58.js'
import { columnsOf, fill } from '../text/fill.js'

export default class MetagraphCommand extends SettingsCommand {
  static override summary = 'List the neurons of the subnet: stake, permit, incentive, axon.'
  static override description =
    'Reads the metagraph at the latest finalised block; it needs no wallet. Stakes and emission are in TAO or alpha. A terminal that is too narrow hides the less important columns; a pipe and --json get everything.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --netuid 1 --sort incentive --limit 20',
    '<%= config.bin %> <%= command.id %> --netuid 1 --validators --sort stake',
    `<%= config.bin %> <%= command.id %> --netuid 1 --json | jq -r '.neurons[] | select(.permit) | .hotkey'`,
  ]
  static override flags = {
    sort: Flags.string({
      description: `column to sort by, the highest first except for uid: ${sortKeys.join(', ')}`,
      options: [...sortKeys],
      default: 'uid',
      helpValue: 'COLUMN',
    }),
    limit: Flags.string({ description: 'how many neurons to list; by default all', helpValue: 'COUNT' }),
    validators: Flags.boolean({ description: 'list only neurons with a validator permit' }),
    hotkey: Flags.string({
      description: 'show everything about one neuron',
      helpValue: 'SS58',
      exclusive: ['limit', 'sort', 'validators'],
    }),
  }
  static override readonly reads = ['subnet', 'subtensor'] as const
  static override readonly usesMiner = false

  async run(): Promise<unknown> {
    await using run = await this.open(MetagraphCommand)
    const { flags, configuration, scope } = run
    if (flags.hotkey !== undefined) decodeAddress(flags.hotkey)
    const limit = flags.limit === undefined ? undefined : readCount('--limit', flags.limit)
    const { netuid } = valuesOf(configuration, hostSections.subnet)
    const chain = await lookAtChain(scope)
    using waiting = this.status.show('reading the metagraph')
    const metagraph = await chain.metagraph(netuid, scope.resolve(ENDING))
    waiting[Symbol.dispose]()

    const one = flags.hotkey === undefined ? null : findNeuron(metagraph, flags.hotkey)
    const { validators } = flags
    const neurons = one ? [one] : chooseNeurons(metagraph, { sort: flags.sort as SortKey, limit, validators })
    if (this.jsonEnabled()) return metagraphJson(metagraph, neurons)

    const width = columnsOf(process.stdout)
    const head = fill(metagraphHead(metagraph, Date.now()), { width })
    if (width === undefined) process.stderr.write(`${head}\n`)
    else this.log(`${head}\n`)
    if (one) this.log(neuronRecord(one, metagraph, width).trimEnd())
    else this.#list(neurons, { block: metagraph.block, width })
    return undefined
  }

  #list(neurons: readonly Neuron[], at: { readonly block: number; readonly width: number | undefined }): void {
    if (neurons.length === 0) return
    const { text, hidden } = metagraphTable(neurons, at)
    this.log(text)
    if (hidden.length > 0)
      process.stderr.write(`${fill(`no room for ${hidden.join(', ')}; --hotkey and --json show everything`, at)}\n`)
  }
}
