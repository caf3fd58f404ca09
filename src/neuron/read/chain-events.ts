import type { ChainState } from '../../plugin/standing.js'
import { spanText } from '../../text/span.js'
import type { NeuronEvent } from '../events.js'
import type { Outage } from '../outage.js'

/** Returns the event of a chain that cannot be read, and is read again after `retryMs`. */
export function chainLost(outage: Outage, state: ChainState, retryMs: number): NeuronEvent {
  const { code, message, hint, failures } = outage.problem!
  const meanwhile =
    state === 'unknown'
      ? 'only hotkeys in --allow are answered'
      : 'hotkeys of the last metagraph are answered, others have to ask again later'
  return {
    level: 'warn',
    event: 'chainLost',
    message: `the chain is out of reach${outage.forText()}: ${message}; meanwhile ${meanwhile}`,
    code,
    forMs: outage.forMs(),
    failures,
    retryMs,
    ...(hint !== null && { hint }),
  }
}

export function chainBack(afterMs: number): NeuronEvent {
  const message = `the chain is in reach again, after ${spanText(afterMs)}`
  return { level: 'info', event: 'chainBack', message, afterMs }
}

/** @param how the chain shows that it began anew */
export function chainReset(how: string): NeuronEvent {
  return { level: 'warn', event: 'chainReset', message: `the chain was reset: ${how}` }
}
