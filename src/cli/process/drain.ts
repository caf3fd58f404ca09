import type { Axon } from '../../axon/serve-axon.js'
import type { Log } from '../../plugin/log.js'

/**
 * Ends an axon as the one who sent the signal expects it: takes nothing new, and finishes what is begun.
 *
 * @param options `ms`: how long that may take
 * @returns the exit code: 1 when it took longer
 */
export async function drain(
  axon: Pick<Axon, 'drain'>,
  { signal, ms, log }: { readonly signal: NodeJS.Signals; readonly ms: number; readonly log: Log },
): Promise<0 | 1> {
  log.info({ event: 'draining', signal, seconds: ms / 1000 })
  const inTime = await axon.drain(ms)
  log.info({ event: 'stopped', inTime })
  return inTime ? 0 : 1
}
