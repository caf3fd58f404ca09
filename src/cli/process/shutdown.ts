import type { Axon } from '../../axon/serve-axon.js'
import type { Log } from '../../plugin/log.js'
import { expectExit } from './unexpected-exit.js'

/**
 * Resolves with the first SIGINT or SIGTERM; the second exits at once, with the code that a shell expects. Before this is
 * called, the first one exits.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    let stopping = false
    const stop = (signal: NodeJS.Signals, code: number) => {
      if (stopping) {
        expectExit()
        process.exit(code)
      }
      stopping = true
      resolve(signal)
    }
    process.on('SIGINT', () => stop('SIGINT', 130))
    process.on('SIGTERM', () => stop('SIGTERM', 143))
  })
}

/**
 * Drains an axon after a signal: it refuses new requests and finishes those in progress.
 *
 * @param options.ms how long that may take
 * @returns the exit code: 1 when requests were still running after that
 */
export async function drainAxon(
  axon: Pick<Axon, 'drain'>,
  { signal, ms, log }: { readonly signal: NodeJS.Signals; readonly ms: number; readonly log: Log },
): Promise<0 | 1> {
  log.info({ event: 'draining', signal, seconds: ms / 1000 })
  const inTime = await axon.drain(ms)
  log.info({ event: 'stopped', inTime })
  return inTime ? 0 : 1
}
