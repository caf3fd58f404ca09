import { withTimeout } from '../../async/timeout.js'
import type { Axon } from '../../axon/serve-axon.js'
import type { Log } from '../../plugin/log.js'
import { expectExit } from './unexpected-exit.js'

/** The codes that a shell expects of a program that a signal ended. */
export const signalExitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
export type StopSignal = keyof typeof signalExitCodes

/** The signals that stop the program. Before `stopSignals` is called, each of them ends it, unless it is listened for. */
export type StopSignals = {
  /** resolves with the first signal */
  readonly first: Promise<StopSignal>
  /** resolves with the next SIGINT or SIGTERM; a third one exits at once */
  readonly second: Promise<StopSignal>
}

/**
 * Listens for SIGINT and SIGTERM.
 *
 * @param hangup listen for SIGHUP, too, which a terminal sends when it closes, and then often twice
 */
export function stopSignals({ hangup }: { readonly hangup: boolean }): StopSignals {
  const first = Promise.withResolvers<StopSignal>()
  const second = Promise.withResolvers<StopSignal>()
  let count = 0
  const stop = (signal: StopSignal) => {
    if (signal === 'SIGHUP' && count > 0) return
    count++
    if (count === 1) first.resolve(signal)
    else if (count === 2) second.resolve(signal)
    else exit(signal)
  }
  const signals: readonly StopSignal[] = hangup ? ['SIGHUP', 'SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM']
  for (const signal of signals) process.on(signal, () => stop(signal))
  return { first: first.promise, second: second.promise }
}

/** How long the axon may take to close after a second signal. */
const CLOSE_MS = 3_000
/** How long `beforeExit` may take. */
const LAST_WRITE_MS = 1_000

type DrainOptions = {
  /** the signal that the drain begins with; absent when the miner ends by itself */
  readonly signal?: StopSignal
  /** ends the program at once */
  readonly second: Promise<StopSignal>
  /** what has to be done even then, in a moment: to tell on disk that the miner has stopped */
  readonly beforeExit?: () => Promise<void>
  /** how long the drain may take */
  readonly ms: number
  readonly log: Log
}

/**
 * Drains an axon, most often after a signal, and closes it: it refuses new requests and finishes those in progress.
 * Requests that are lost, to a second signal or because they take too long, are logged before the last record.
 *
 * @returns the exit code: 1 when requests were lost
 */
export async function drainAxon(
  axon: Pick<Axon, 'drain' | 'openRequests' | typeof Symbol.asyncDispose>,
  { signal, second, ms, log, beforeExit = async () => {} }: DrainOptions,
): Promise<0 | 1> {
  const end = async (): Promise<number> => {
    const lost = axon.openRequests
    await withTimeout(axon[Symbol.asyncDispose](), CLOSE_MS).catch(error => log.error({ event: 'axonFailed', error }))
    log.info({ event: 'stopped', inTime: lost === 0, ...(lost > 0 && { lost }) })
    return lost
  }
  log.info({ event: 'draining', ...(signal && { signal }), seconds: ms / 1000, requests: axon.openRequests })
  const again = await Promise.race([axon.drain(ms), second])
  const lost = await end()
  const force = async (by: StopSignal) => {
    await withTimeout(beforeExit(), LAST_WRITE_MS).catch(error => log.warn({ event: 'stateUnwritten', error }))
    exit(by)
  }
  if (typeof again === 'string') await force(again)
  else void second.then(force)
  return lost > 0 ? 1 : 0
}

function exit(signal: StopSignal): void {
  expectExit()
  process.exit(signalExitCodes[signal])
}
