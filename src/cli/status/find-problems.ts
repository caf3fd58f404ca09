import type { ServingState } from '../../app/state/serving-state.js'
import { whyUnroutable } from '../../neuron/address/routable.js'
import { DEFAULT_BLOCK_MS } from '../../neuron/pace.js'
import { axonText } from '../../text/axon-text.js'
import { agoText, spanText } from '../../text/span.js'
import type { Status } from './collect-status.js'
import type { statusCodes } from './status-codes.js'

/** A problem that the operator has to mend, and what mends it. */
export type StatusProblem = { readonly code: string; readonly message: string; readonly hint: string }

/** Problems, which make the exit code 1, and notes, which do not. */
export type Findings = { readonly problems: readonly StatusProblem[]; readonly notes: readonly string[] }

/** What of a status the findings are about, in the order of the page. */
export type StatusTopic = 'chain' | 'callers' | 'neuron' | 'address' | 'serving'

/** `isUnknown`: it tells why something is not known; otherwise what the operator should know although nothing is wrong. */
export type StatusNote = { readonly message: string; readonly isUnknown: boolean }

export type TopicFindings = { readonly problems: readonly StatusProblem[]; readonly notes: readonly StatusNote[] }

/** Finds the problems of a miner, and what else its operator should know. */
export function findProblems(status: Status): Findings {
  const found = Object.values(findByTopic(status))
  return {
    problems: found.flatMap(({ problems }) => problems),
    notes: found.flatMap(({ notes }) => notes.map(({ message }) => message)),
  }
}

/** Finds the same, apart by topic. */
export function findByTopic(status: Status): Readonly<Record<StatusTopic, TopicFindings>> {
  const look = (at: (status: Status, found: Found) => void) => {
    const found = new Found()
    at(status, found)
    return found
  }
  return {
    chain: look(lookAtChain),
    callers: look(lookAtCallers),
    neuron: look(lookAtNeuron),
    address: look(lookAtAddress),
    serving: look(lookAtServing),
  }
}

class Found implements TopicFindings {
  readonly problems: StatusProblem[] = []
  readonly notes: StatusNote[] = []

  add(code: keyof typeof statusCodes, message: string, hint: string): void {
    this.problems.push({ code, message, hint })
  }

  note(message: string): void {
    this.notes.push({ message, isUnknown: false })
  }

  noteUnknown(message: string): void {
    this.notes.push({ message, isUnknown: true })
  }
}

/** Blocks are final some blocks later, so the latest one is about 30 s old. */
const OLD_HEAD_MS = 120_000
/** An axon refuses nonces that are further in the future. */
const CLOCK_MS = 4_000

function lookAtChain({ at, chain, settings }: Status, found: Found): void {
  const { metagraph, connection, error } = chain
  if (error) found.problems.push({ code: error.code, message: error.message, hint: error.hint })
  if (!metagraph) return
  if (!connection)
    found.noteUnknown(
      `what the chain holds is shown as of ${agoText(metagraph.readAt, at)}, by the last metagraph on disk`,
    )
  const age = at - metagraph.blockAt
  if (connection && !settings.isLocal && age < -CLOCK_MS)
    found.add('CLOCK_WRONG', `the clock of this machine is at least ${spanText(-age)} slow`, 'set it by NTP')
  if (connection && !settings.isLocal && age > OLD_HEAD_MS)
    found.add(
      'HEAD_OLD',
      `the latest block is ${spanText(age)} old: this clock is fast, or ${connection.endpoint} is behind`,
      'set the clock by NTP, or name another endpoint first with --chain-endpoint',
    )
}

function lookAtCallers({ chain, noCallers, serving }: Status, found: Found): void {
  if (!noCallers) return
  const { message, hint } = noCallers
  if (chain.connection || serving.isRunning) found.add('NO_CALLERS', message, hint)
  else found.noteUnknown(`by the last metagraph on disk, ${message}`)
}

/** Returns a command that is about the same neuron. */
function commandOf({ typedFlags }: Status, name: 'serve' | 'announce'): string {
  return ['miner', name, ...typedFlags].join(' ')
}

const DAY_MS = 86_400_000

function lookAtNeuron(status: Status, found: Found): void {
  const { at, hotkey, netuid, neuron, chain, registerCommand } = status
  if (chain.metagraph && !neuron) {
    if (chain.connection)
      found.add(
        'UNREGISTERED',
        `the hotkey ${hotkey} is not registered on subnet ${netuid}`,
        `register it: ${registerCommand}`,
      )
    else
      found.noteUnknown(
        `${agoText(chain.metagraph.readAt, at)}, the hotkey ${hotkey} was not registered on subnet ${netuid}; it may have registered since`,
      )
  }
  const left = immunityLeftMs(status)
  if (left !== null && left > 0 && left < DAY_MS)
    found.note(`the immunity ends in ${spanText(left)}: after that, the neuron can be replaced`)
}

function lookAtAddress(status: Status, found: Found): void {
  const { neuron, own, ping, settings } = status
  if (own.problem?.code === 'ADDRESS_UNROUTABLE') found.add('UNROUTABLE', own.problem.message, own.problem.hint)
  else if (own.problem) found.noteUnknown(own.problem.message)
  if (ping?.found === 'unseen')
    found.noteUnknown(
      'the announced address is not seen from here; some routers keep a machine from calling its own public address, so ask it from another one: miner query',
    )
  // The last metagraph on disk may be older than the announcement, and another program may well answer at the former address.
  if (!status.chain.connection) return
  const why = neuron?.axon && !settings.isLocal ? whyUnroutable(neuron.axon.ip) : undefined
  if (why !== undefined)
    found.add(
      'UNROUTABLE',
      `the chain holds ${axonText(neuron!.axon!)} for this axon, which validators cannot reach: it ${why}`,
      'announce the public address: --axon-external-ip',
    )
  if (neuron && !neuron.axon && settings.announce)
    lookAtAnnouncement(status, found, {
      code: 'UNANNOUNCED',
      message: 'the chain holds no address of this axon, so validators cannot find it',
      hint: commandOf(status, status.serving.isRunning ? 'announce' : 'serve'),
    })
  if (neuron?.axon && own.ip !== null && own.port !== null) {
    const [announced, here] = [axonText(neuron.axon), axonText({ ip: own.ip, port: own.port })]
    if (announced !== here)
      lookAtAnnouncement(status, found, {
        code: 'ANNOUNCED_ELSEWHERE',
        message: `the chain holds ${announced}, and this machine would announce ${here}`,
        hint: `announce it with ${commandOf(status, 'announce')}, or name the right address with --axon-external-ip and --axon-external-port`,
      })
  }
  if (ping?.found === 'other')
    found.add(
      'ADDRESS_TAKEN',
      ping.hotkey === null
        ? 'something answers at the announced address, but not as the axon of this hotkey'
        : `the axon of another hotkey answers at the announced address: ${ping.hotkey}`,
      'check which program listens there, and what a router or a proxy forwards to this machine',
    )
}

/** Adds that the chain does not show this axon; while a miner that serves announces it, how that goes. */
function lookAtAnnouncement(
  status: Status,
  found: Found,
  { code, message, hint }: { readonly code: keyof typeof statusCodes; readonly message: string; readonly hint: string },
): void {
  const { at, serving } = status
  const { isRunning, state } = serving
  const problem = state?.problem
  switch (isRunning ? state?.announcement : undefined) {
    case 'waiting':
      found.note(`${message}; miner serve announces it by itself, as soon as the chain allows`)
      break
    case 'failing': {
      const why = problem ? `, since ${spanText(at - problem.since)}: ${problem.message}` : ''
      found.add(code, `${message}; miner serve cannot announce it${why}`, 'see its log; it goes on trying')
      break
    }
    case 'elsewhere':
      found.add(
        code,
        `${message}; two machines use this hotkey`,
        `stop the other machine, then run ${commandOf(status, 'announce')}; or serve with --no-announce here`,
      )
      break
    default:
      found.add(code, message, hint)
  }
}

function lookAtServing(status: Status, found: Found): void {
  const { at, ping, serving, live } = status
  if (live) lookAtLive(live, status, found)
  const { state, problem } = serving
  if (problem !== null) found.noteUnknown(`the state file of miner serve ${problem}`)
  if (status.network === 'none') lookWithoutChain(status, found)
  else if (problem === null && state === null && !live)
    found.note('miner serve has not run on this machine for this hotkey and subnet')
  if (state === null) return
  if (state.network !== status.network)
    found.note(`miner serve ran on another network: its part of this page is of ${state.network}`)
  if (!serving.isRunning && !live?.hasChain && ping?.found !== 'reached')
    found.add(
      'NOT_SERVING',
      state.stoppedAt === null
        ? `miner serve, process ${state.pid}, was killed or hangs: it was last seen ${agoText(state.writtenAt, at)}`
        : `miner serve was stopped ${agoText(state.stoppedAt, at)}`,
      commandOf(status, 'serve'),
    )
  if (!serving.isRunning) return
  if (state.chain === 'stale' || state.chain === 'unknown') {
    const by = state.chain === 'stale' ? 'decides by old standings' : 'knows no standings'
    const why = state.problem && `, since ${spanText(at - state.problem.since)}: ${state.problem.message}`
    found.add(
      'STANDINGS_OLD',
      `miner serve cannot read the chain, and ${by}${why ?? ''}`,
      'see its log, or name other endpoints with --chain-endpoint',
    )
  }
  if (state.store) lookAtStore(state.store, at, found)
  const { callers, others, reasons } = state.requests
  lookAtAnswers([...callers, others], reasons, found)
}

type Ended = { readonly answered: number; readonly failed: number }

function lookAtAnswers(
  callers: readonly Ended[],
  reasons: readonly { readonly ending: string; readonly reason: string }[],
  found: Found,
): void {
  const failed = callers.reduce((sum, one) => sum + one.failed, 0)
  if (failed === 0 || callers.some(({ answered }) => answered > 0)) return
  const why = reasons.find(({ ending }) => ending === 'failed')?.reason ?? 'for an unknown reason'
  found.add('ANSWERS_FAIL', `all answers of the last hour failed, ${failed} of them: ${why}`, 'miner check')
}

/** What only the admin port tells: the state file tells the rest, where there is one. */
function lookAtLive(live: NonNullable<Status['live']>, { network, serving }: Status, found: Found): void {
  if (live.status === null) found.noteUnknown(live.problem)
  if (!live.hasChain && network !== 'none')
    found.note(`process ${live.pid} serves this hotkey without a chain: it runs with --network none`)
  if (live.status === null) return
  if (live.status.miner.isDraining)
    found.note(`process ${live.pid} is stopping: it refuses new requests, and finishes those in progress`)
  const { problem } = live.status.requests
  if (problem !== undefined) found.note(problem)
  if (!serving.isRunning) lookAtAnswers(live.status.validators, live.status.reasons, found)
}

function lookWithoutChain(status: Status, found: Found): void {
  found.note('this page leaves out the chain (--network none)')
  if (status.live) return
  found.add(
    'NOT_SERVING',
    'no miner of this hotkey runs on this machine with an admin port, by which one without a chain is found',
    `${commandOf(status, 'serve')} --admin-port 9091`,
  )
}

function lookAtStore({ kind, failure, pause }: NonNullable<ServingState['store']>, at: number, found: Found): void {
  if (failure)
    found.add(
      'STORE_FAILS',
      `miner serve cannot keep spent nonces, so that callers get 503, since ${spanText(at - failure.since)}: ${failure.message}`,
      failure.hint,
    )
  else if (pause && pause.until > at) {
    const left = spanText(pause.until - at)
    if (pause.why === 'unknown')
      found.add(
        'NONCES_UNKNOWN',
        `miner serve may have forgotten which requests it answered, so that callers get 503 for another ${left}`,
        'wait; if it comes again, see noncesUnknown in its log for the reason',
      )
    else {
      const files = kind === 'disk' ? ', delete its files nonces-NETUID-HOTKEY.0 and .1 in the data folder,' : ''
      found.add(
        'CLOCK_SET_BACK',
        `the clock of this machine was set back behind nonces that miner serve dropped, so that callers get 401 for another ${left}`,
        `set it by NTP; if it is right, stop the miner${files} and start it again`,
      )
    }
  }
}

/** Returns how long the neuron cannot be replaced; null when that is not known. */
export function immunityLeftMs({ at, neuron, chain }: Pick<Status, 'at' | 'neuron' | 'chain'>): number | null {
  const { metagraph, connection } = chain
  if (!metagraph || !neuron || neuron.registeredAt === null) return null
  const blocks = neuron.registeredAt + metagraph.subnet.immunityPeriod - metagraph.block
  // The blocks since the last metagraph on disk are known by their time only.
  const sinceMs = connection ? 0 : Math.max(0, at - metagraph.blockAt)
  return Math.max(0, blocks * DEFAULT_BLOCK_MS - sinceMs)
}
