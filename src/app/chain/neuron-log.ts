import type { NeuronEvent } from '../../neuron/events.js'
import type { Log } from '../../plugin/log.js'

/** Returns what logs the events of a miner's life on its subnet. */
export function neuronLog(log: Log): (event: NeuronEvent) => void {
  return ({ level, ...record }) => log[level](record)
}
