import { linkedController } from '../async/abortable.js'
import { timeoutSignal } from '../async/timeout.js'
import type { Chain, Signer } from '../chain/chain.js'
import { ChainError } from '../chain/chain-error.js'
import type { ChainState, Standings } from '../plugin/standing.js'
import { spanText } from '../text/span.js'
import { Alarms, immunityBlocks } from './alarms.js'
import { type AnnounceOptions, Announcer } from './announce/announcer.js'
import { type NeuronClock, systemClock } from './clock.js'
import { loadMetagraph, metagraphPath } from './disk/metagraph-file.js'
import type { NeuronEvent } from './events.js'
import { NeuronError } from './neuron-error.js'
import type { RefusalOf } from './no-callers.js'
import { retryMs } from './pace.js'
import { ChainReader } from './read/chain-reader.js'
import type { NeuronReport } from './report.js'
import { StandingsTable } from './standings.js'

export type NeuronOptions = {
  readonly chain: Chain
  /** as the setting names it; the last metagraph on disk belongs to it */
  readonly network: string
  /** of the network, where it is known without asking it */
  readonly genesis?: string | undefined
  /** the chain is one for trying things out, which may be reset */
  readonly isLocal: boolean
  readonly netuid: number
  /** of the hotkey; `address` is its ss58 address */
  readonly signer: Signer & { readonly address: string }
  /** for the last metagraph, and what is kept of the announcements */
  readonly folder: string
  readonly maxStandingsAgeMs: number
  /** how many blocks of 12 s may pass until the metagraph is read again; by default 100 */
  readonly refreshBlocks?: number
  /** registers this hotkey on this subnet, for the hint */
  readonly registerCommand?: string
  /** by the settings on who may ask, to warn when they refuse every neuron */
  readonly refusalOf: RefusalOf
  readonly onEvent: (event: NeuronEvent) => void
  /** ends the life, as disposing it does */
  readonly signal: AbortSignal
  readonly clock?: NeuronClock
  /** overrides for tests */
  readonly limits?: Partial<StartLimits>
}

/** How long the first read may take, in milliseconds. */
export type StartLimits = {
  /** so that the miner exits within 30 s when the chain is out of reach, or too slow */
  readonly startMs: number
  /** the same when the last metagraph of the disk can take its place */
  readonly startWithFileMs: number
}

/** A miner's life on its subnet, beside the axon. Disposing it ends the loop; the announcement stays. */
export type NeuronLife = AsyncDisposable & {
  /** reads the last metagraph; never waits */
  readonly standings: Standings
  chainState(): ChainState
  report(): NeuronReport
  /** Begins to announce the axon; call it once the port is open. */
  announce(options: AnnounceOptions): void
  /** Announces no more, since the axon is about to close; what the chain shows stays. */
  endAnnouncing(): void
  /** Whether the hotkey has its place; null: the chain has not told yet. Cheap enough for each request. */
  isRegistered(): boolean | null
  /** Takes other settings on who may ask. */
  takePolicy(policy: { readonly maxStandingsAgeMs: number; readonly refusalOf: RefusalOf }): void
  /** resolves when the hotkey has lost its place; the loop goes on, in case that it is registered again */
  readonly deregistered: Promise<void>
}

const defaultLimits: StartLimits = { startMs: 28_000, startWithFileMs: 10_000 }

/** How often a loop that rests looks whether the machine has slept. */
const LOOK_MS = 30_000
/** More than a correction of the clock takes, and less than a standing may be late. */
const JUMP_MS = 60_000

/**
 * Reads the registration and the metagraph, and begins the loop that keeps both, and the announcement, true. Without a chain
 * it begins with the last metagraph of the disk.
 *
 * @throws {NeuronError} HOTKEY_NOT_REGISTERED · CHAIN_CONTRADICTORY
 * @throws {ChainError} SUBNET_UNKNOWN · WRONG_CHAIN; others when the chain is out of reach and the disk has no metagraph
 * @throws the reason of the signal that aborts it
 */
export async function startNeuron(options: NeuronOptions): Promise<NeuronLife> {
  const { chain, network, genesis, netuid, signer, folder, maxStandingsAgeMs, clock = systemClock } = options
  const hotkey = signer.address
  const place = { folder, network, genesis, netuid }
  const emit = (event: NeuronEvent) => {
    try {
      options.onEvent(event)
    } catch {
      // A log that cannot be written must end neither the loop nor the miner; this error has no other place to go.
    }
  }
  const deregistered = Promise.withResolvers<void>()
  const standings = new StandingsTable({ clock, maxAgeMs: maxStandingsAgeMs })
  const onDeregistered = () => deregistered.resolve()
  const registerCommand = options.registerCommand ?? `btcli subnet register --netuid ${netuid}`
  const reader = new ChainReader({
    chain,
    hotkey,
    place,
    isLocal: options.isLocal,
    standings,
    clock,
    refreshBlocks: options.refreshBlocks,
    registerCommand,
    emit,
    onDeregistered,
    onReset: () => announcer.forget(),
  })
  const announcer = new Announcer({ chain, place: { ...place, hotkey }, signer, reader, clock, emit })
  const alarms = new Alarms({ reader, standings, refusalOf: options.refusalOf, emit })

  await readFirst()
  alarms.look()
  const ending = linkedController(options.signal)
  let pause = new AbortController()
  let skewMs = clock.now() - clock.elapsed()
  const ended = live(ending.signal)

  return {
    standings: standings.of,
    chainState: () => standings.state(),
    report,
    announce(what) {
      announcer.begin(what)
      pause.abort()
    },
    endAnnouncing: () => announcer.end(),
    isRegistered,
    takePolicy({ maxStandingsAgeMs, refusalOf }) {
      standings.maxAgeMs = maxStandingsAgeMs
      alarms.refusalOf = refusalOf
      alarms.look()
      pause.abort()
    },
    deregistered: deregistered.promise,
    async [Symbol.asyncDispose]() {
      ending.abort()
      await ended
      ending[Symbol.dispose]()
    },
  }

  async function readFirst(): Promise<void> {
    const last = await loadMetagraph(place, { maxAgeMs: maxStandingsAgeMs, now: clock.now() })
    const hasLast = last !== null && 'metagraph' in last
    const { startMs, startWithFileMs } = { ...defaultLimits, ...options.limits }
    try {
      const ms = hasLast ? startWithFileMs : startMs
      using limit = timeoutSignal({ ms, reason: () => unanswered(ms), parent: options.signal })
      await reader.readFirst(limit.signal)
    } catch (error) {
      options.signal.throwIfAborted()
      if (!isOutage(error)) throw error
      if (hasLast) return reader.fallBack(last.metagraph, error)
      if (last !== null) {
        const path = metagraphPath(place)
        const message = `the last metagraph on disk cannot be used: it ${last.refused}`
        emit({ level: 'warn', event: 'metagraphRefused', message, path })
      }
      throw error
    }
  }

  /** The loop: each round does what is due, and waits for the next. */
  async function live(signal: AbortSignal): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      try {
        const isBack = await reader.read(signal)
        if (isBack) announcer.expectOtherAddress()
        await announcer.step(signal)
        alarms.look()
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        // The reader and the announcer report what fails, so this is a mistake of ours: the next round may work.
        failures++
        const delay = Math.round(retryMs(failures, Math.random()))
        const message = 'the loop failed by an error of this program, and goes on'
        emit({ level: 'error', event: 'neuronFailed', message, error, retryMs: delay })
        await rest(delay, signal)
        continue
      }
      const dueAt = Math.min(reader.dueAt, announcer.dueAt)
      await rest(Math.min(dueAt - clock.elapsed(), standings.msUntilUnknown()), signal)
    }
  }

  /** Waits, until `announce`, the end of the life or a jump of the clock wakes the loop. */
  async function rest(ms: number, signal: AbortSignal): Promise<void> {
    using waking = linkedController(signal)
    pause = waking
    const restedAt = clock.elapsed() + ms
    do {
      await clock.wait(Math.min(restedAt - clock.elapsed(), LOOK_MS), waking.signal).catch(() => {})
      if (waking.signal.aborted || noticeJump()) return
    } while (clock.elapsed() < restedAt)
  }

  /** Timers stand still while the machine sleeps, and only the clock on the wall tells of it. */
  function noticeJump(): boolean {
    const formerMs = skewMs
    skewMs = clock.now() - clock.elapsed()
    const byMs = Math.round(skewMs - formerMs)
    if (byMs < JUMP_MS) return false
    reader.expire()
    announcer.expectOtherAddress()
    const message = `this machine slept for ${spanText(byMs)}, or its clock was set forward: the chain is read again`
    emit({ level: 'info', event: 'clockJumped', message, byMs })
    return true
  }

  function isRegistered(): boolean | null {
    return reader.registration === undefined ? null : reader.registration !== null
  }

  function report(): NeuronReport {
    const { registration, metagraph } = reader
    const own = metagraph?.neurons.find(neuron => neuron.hotkey === hotkey)
    // Until the chain tells, the last metagraph does.
    const known = registration === undefined ? own : registration
    return {
      hotkey,
      netuid,
      isRegistered: isRegistered(),
      uid: known?.uid ?? null,
      registeredAt: known?.registeredAt ?? null,
      immunityBlocks: immunityBlocks(reader),
      chain: standings.state(),
      noCallers: alarms.noCallers,
      metagraph,
      readAt: metagraph?.readAt ?? null,
      onChain: known?.axon ?? null,
      ours: announcer.ours,
      announcement: announcer.state,
      problems: { chain: reader.outage.problem, ...announcer.problems, disk: reader.savingProblem },
    }
  }
}

/** Whether the chain may tell more later. The other errors are about what the operator chose. */
function isOutage(error: unknown): boolean {
  if (error instanceof NeuronError) return error.code === 'CHAIN_CONTRADICTORY'
  return !(error instanceof ChainError && (error.code === 'WRONG_CHAIN' || error.code === 'SUBNET_UNKNOWN'))
}

function unanswered(ms: number): ChainError {
  return new ChainError('UNREACHABLE', `the chain did not answer within ${ms / 1000} s`, {
    hint: 'check the network of this machine, or name other endpoints with --chain-endpoint',
  })
}
