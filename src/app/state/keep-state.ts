import type { AxonLoad } from '../../axon/load.js'
import type { ClaimCount } from '../../axon/state/claim-counts.js'
import type { RequestStats } from '../../observe/request-stats.js'
import type { Log } from '../../plugin/log.js'
import type { PolicySource } from '../../plugin/policy.js'
import type { Standings } from '../../plugin/standing.js'
import type { PolicySettings } from '../../policy/policy-of.js'
import type { StoreState } from '../../store/nonce-store.js'
import type { ServingState } from './serving-state.js'
import { StateFile } from './state-file.js'

/** How often the file is renewed while requests come, or the life on the chain or the store of nonces changes. */
const RENEW_MS = 10_000
/** How often it is renewed anyway, so that its age tells a miner that was killed from one that has no callers. */
const IDLE_MS = 30_000

export type KeepState = Pick<
  ServingState,
  'netuid' | 'network' | 'hotkey' | 'url' | 'port' | 'miner' | 'dialect' | 'hasPriority' | 'hasBlacklist'
> & {
  /** of the file, see `statePath` */
  readonly path: string
  readonly log: Log
  /** of the axon; its owner disposes it */
  readonly stats: RequestStats
  readonly standings: Standings
  readonly policy: PolicyPart
  /** how many requests the rate of a hotkey leaves it; null: it has no rate */
  readonly rateLeft: (caller: { readonly hotkey: string; readonly isExempt: boolean }) => number | null
  /** what the rates leave the hotkeys that have used some of theirs */
  readonly ratesLeft: () => NonNullable<ServingState['ratesLeft']>
  /** what the life on the chain reports; absent without a chain */
  readonly neuron?: (() => NeuronPart) | undefined
  readonly load: () => AxonLoad
  readonly store: () => StoreState
  readonly forged: () => readonly ClaimCount[]
  /** epoch milliseconds */
  readonly now?: () => number
}

/** Of a `PolicyInForce`, what the file holds. */
type PolicyPart = {
  readonly settings: PolicySettings
  readonly isLost: boolean | null
  readonly source: Pick<PolicySource, 'subscribe'>
  allows(hotkey: string): boolean
}

type Trouble = ServingState['problem']
/** Of a `NeuronReport`, what the file holds. */
type NeuronPart = {
  readonly chain: NonNullable<ServingState['chain']>
  readonly announcement: NonNullable<ServingState['announcement']>
  readonly ours: ServingState['ours']
  readonly noCallers: ServingState['noCallers']
  readonly problems: {
    readonly chain: Trouble
    readonly announcement: Trouble
    readonly address: Trouble
    readonly disk: Trouble
  }
}

/**
 * Keeps a file that tells `miner status` what this miner does, and who asked it in the last hour. Disposing it writes the
 * file once more, with the time of the end. Serving goes on when the file cannot be written, or belongs to another process
 * that serves the same hotkey, and the log says so once.
 */
export function keepState(options: KeepState): AsyncDisposable {
  const {
    path,
    log,
    stats,
    standings,
    policy,
    rateLeft,
    ratesLeft,
    neuron,
    load,
    store,
    forged,
    now = Date.now,
    ...serving
  } = options
  const startedAt = now()
  const file = new StateFile(path, { log, owner: { pid: process.pid, startedAt }, now })
  const write = (stoppedAt: number | null) => {
    const { callers, ...requests } = stats.sum()
    const uidOf = (hotkey: string) => {
      const standing = standings(hotkey)
      return typeof standing === 'object' ? standing.uid : null
    }
    return file.replace({
      writtenAt: now(),
      stoppedAt,
      ...serving,
      ...neuronFields(neuron?.()),
      load: load(),
      store: store(),
      forged: forged(),
      policy: { ...policy.settings, isLost: policy.isLost },
      ratesLeft: ratesLeft(),
      requests: {
        ...requests,
        callers: callers.map(caller => {
          const { hotkey } = caller
          return { ...caller, uid: uidOf(hotkey), rateLeft: rateLeft({ hotkey, isExempt: policy.allows(hotkey) }) }
        }),
      },
    })
  }

  let written = { changes: '', at: 0, settings: policy.settings }
  let writing: Promise<void> | undefined
  let ended: Promise<void> | undefined
  const renew = () => {
    if (ended) return
    const at = performance.now()
    const changes = JSON.stringify([stats.changes, neuronFields(neuron?.()), store()])
    const { settings } = policy
    const isSame = changes === written.changes && settings === written.settings
    if (writing || (at - written.at < IDLE_MS && isSame)) return
    written = { changes, at, settings }
    writing = write(null).finally(() => {
      writing = undefined
      // It was replaced meanwhile, and its call came to nothing.
      if (policy.settings !== settings) renew()
    })
  }
  renew()
  // Periodic, so neither `withTimeout` nor `timeoutSignal`.
  const timer = setInterval(renew, RENEW_MS).unref()
  const unsubscribe = policy.source.subscribe(renew)
  const end = async () => {
    clearInterval(timer)
    unsubscribe()
    await writing
    await write(now())
  }
  return {
    [Symbol.asyncDispose]() {
      ended ??= end()
      return ended
    },
  }
}

function neuronFields(report: NeuronPart | undefined) {
  if (!report) return { chain: null, noCallers: null, problem: null, announcement: null, ours: null }
  const { chain, noCallers, announcement, ours, problems } = report
  const problem = problems.chain ?? problems.announcement ?? problems.address ?? problems.disk
  return {
    chain,
    noCallers,
    problem: problem && { message: problem.message, since: problem.since },
    announcement,
    ours: ours && { ip: ours.ip, port: ours.port },
  }
}
