import type { Axon } from '../../axon/serve-axon.js'
import type { Log } from '../../plugin/log.js'
import { expectExit } from './unexpected-exit.js'

/**
 * Resolves with the first SIGINT or SIGTERM; the second ends the program at once, as a shell expects it. Before this
 * is called, the first already does.
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
 * Ends an axon as the one who sent the signal expects it: takes nothing new, and finishes what is begun.
 *
 * @param options `ms`: how long that may take
 * @returns the exit code: 1 when it took longer
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
