import type { ChainEvent } from '#dist/chain/chain.js'
import type { ChainLimits } from '#dist/chain/connect/limits.js'

/** Limits with which an endpoint that failed rests for a moment only. */
export const impatient: Partial<ChainLimits> = { restMs: 20, maxRestMs: 40 }

/** Events of a chain, as they come. */
export type EventRecorder = {
  readonly onEvent: (event: ChainEvent) => void
  readonly all: ChainEvent[]
  /** Resolves with the first event of this name that has these fields, past or to come. */
  next<Name extends ChainEvent['event']>(name: Name, fields?: Partial<EventOf<Name>>): Promise<EventOf<Name>>
}

type EventOf<Name extends ChainEvent['event']> = Extract<ChainEvent, { event: Name }>

export function recordEvents(): EventRecorder {
  const all: ChainEvent[] = []
  const waiting = new Set<() => void>()
  return {
    all,
    onEvent(event) {
      all.push(event)
      for (const look of waiting) look()
    },
    next: (name, fields = {}) =>
      new Promise(resolve => {
        const look = () => {
          const found = all.find(
            event =>
              event.event === name &&
              Object.entries(fields).every(([key, value]) => (event as Record<string, unknown>)[key] === value),
          )
          if (!found) return
          waiting.delete(look)
          resolve(found as never)
        }
        waiting.add(look)
        look()
      }),
  }
}
