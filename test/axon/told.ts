import { type ChannelEvents, observe } from '#dist/axon/events.js'
import type { Axon } from '#dist/axon/serve-axon.js'

/** The next record of an event of that axon: the channels are those of the process, and other axons may tell there, too. */
export function told<Event extends keyof ChannelEvents>(
  { id }: Pick<Axon, 'id'>,
  event: Event,
): Promise<ChannelEvents[Event]> {
  const { promise, resolve, reject } = Promise.withResolvers<ChannelEvents[Event]>()
  const stop = observe(event, record => record.axon === id && resolve(record), reject)
  return promise.finally(stop)
}
