import { observe, type RequestEvents } from '#dist/axon/events.js'

/** The next record of an event. */
export function told<Event extends keyof RequestEvents>(event: Event): Promise<RequestEvents[Event]> {
  const { promise, resolve, reject } = Promise.withResolvers<RequestEvents[Event]>()
  const stop = observe(event, resolve, reject)
  return promise.finally(stop)
}
