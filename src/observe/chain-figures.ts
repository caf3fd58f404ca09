import type { AxonAddress, LiveChain } from '../admin/api.js'

/** Metagraphs whose incentive is kept: two days, at one in 20 minutes. */
const MAX_INCENTIVES = 144

type Trouble = { readonly message: string; readonly since: number } | null

/** Of a report on the life of the miner on its subnet, what is shown. */
export type LifeReport = {
  readonly hotkey: string
  readonly isRegistered: boolean | null
  readonly uid: number | null
  readonly chain: LiveChain['state']
  readonly metagraph: { readonly neurons: readonly { readonly hotkey: string; readonly incentive: number }[] } | null
  readonly readAt: number | null
  readonly onChain: AxonAddress | null
  readonly ours: AxonAddress | null
  readonly announcement: LiveChain['announcement']
  readonly problems: {
    readonly chain: Trouble
    readonly announcement: Trouble
    readonly address: Trouble
    readonly disk: Trouble
  }
}

/** Keeps the incentive by each metagraph that it has seen. Look at it often enough to see each of them. */
export class ChainFigures {
  readonly #report: () => LifeReport
  readonly #incentive: { readonly at: number; readonly value: number }[] = []

  constructor(report: () => LifeReport) {
    this.#report = report
  }

  read(): LiveChain {
    const report = this.#report()
    const { chain, announcement, address, disk } = report.problems
    const problem = chain ?? announcement ?? address ?? disk
    this.#note(report)
    return {
      state: report.chain,
      registered: report.isRegistered,
      uid: report.uid,
      announced: addressOnly(report.onChain),
      ours: addressOnly(report.ours),
      announcement: report.announcement,
      metagraphAt: report.readAt,
      ...(problem && { problem: { message: problem.message, since: problem.since } }),
      incentive: this.#incentive,
    }
  }

  #note({ hotkey, metagraph, readAt }: LifeReport): void {
    if (!metagraph || readAt === null || this.#incentive.at(-1)?.at === readAt) return
    const own = metagraph.neurons.find(neuron => neuron.hotkey === hotkey)
    this.#incentive.push({ at: readAt, value: own?.incentive ?? 0 })
    if (this.#incentive.length > MAX_INCENTIVES) this.#incentive.shift()
  }
}

function addressOnly(address: AxonAddress | null): AxonAddress | null {
  return address && { ip: address.ip, port: address.port }
}
