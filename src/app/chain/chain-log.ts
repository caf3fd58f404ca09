import type { ChainEvent } from '../../chain/chain.js'
import type { Log } from '../../plugin/log.js'

const levels = {
  chainConnected: 'info',
  chainEndpointFailed: 'warn',
  chainBehind: 'warn',
  chainClock: 'warn',
  chainLibrary: 'debug',
} as const satisfies Record<ChainEvent['event'], keyof Log>

/** Returns what logs the events of a chain. */
export function chainLog(log: Log): (event: ChainEvent) => void {
  return event => log[levels[event.event]](event)
}
