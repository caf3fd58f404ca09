import type { AnnouncedAxon, Metagraph, Neuron } from '../chain/metagraph.js'
import type { ChainState } from '../plugin/standing.js'
import type { OwnAxon } from './announce/announcement-due.js'
import type { AnnouncementState } from './announce/announcer.js'
import type { NoCallers } from './no-callers.js'
import type { NeuronProblem } from './outage.js'

/** How the miner stands on its subnet, for the banner and for `miner status`. Times are epoch milliseconds. */
export type NeuronReport = {
  /** ss58 */
  readonly hotkey: string
  readonly netuid: number
  /** null: the chain has not told yet */
  readonly isRegistered: boolean | null
  /** null: not registered, or not known */
  readonly uid: number | null
  /** the block of the registration */
  readonly registeredAt: number | null
  /** blocks until the hotkey can be replaced; 0 or less: it can */
  readonly immunityBlocks: number | null
  readonly chain: ChainState
  /** why the settings refuse every neuron of the last metagraph; null when they admit one, or before the first metagraph */
  readonly noCallers: NoCallers | null
  /** the last good one */
  readonly metagraph: Metagraph | null
  /** of the last metagraph */
  readonly readAt: number | null
  /** what the chain shows */
  readonly onChain: AnnouncedAxon | null
  /** what this miner announces; null: nothing */
  readonly ours: OwnAxon | null
  readonly announcement: AnnouncementState
  /** what does not work at present */
  readonly problems: {
    readonly chain: NeuronProblem | null
    readonly announcement: NeuronProblem | null
    /** finding our address again */
    readonly address: NeuronProblem | null
    /** saving the metagraph */
    readonly disk: NeuronProblem | null
  }
}

/** A report for a file: of the metagraph only what is about this hotkey, and amounts as texts of RAO. */
export type NeuronReportJson = Omit<NeuronReport, 'metagraph'> & {
  readonly block: number | null
  readonly neurons: number | null
  readonly validators: number | null
  readonly neuron: { readonly [Name in keyof Neuron]: Exclude<Neuron[Name], bigint> | string } | null
}

/** Returns a report in the form that JSON can hold. */
export function reportJson({ metagraph, ...report }: NeuronReport): NeuronReportJson {
  const neuron = metagraph?.neurons.find(({ hotkey }) => hotkey === report.hotkey)
  return {
    ...report,
    block: metagraph?.block ?? null,
    neurons: metagraph?.neurons.length ?? null,
    validators: metagraph?.neurons.filter(({ hasPermit }) => hasPermit).length ?? null,
    neuron: neuron
      ? {
          ...neuron,
          stakeRao: String(neuron.stakeRao),
          alphaRao: neuron.alphaRao === null ? null : String(neuron.alphaRao),
          taoRao: neuron.taoRao === null ? null : String(neuron.taoRao),
          emissionRao: String(neuron.emissionRao),
        }
      : null,
  }
}
