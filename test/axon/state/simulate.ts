import { Scheduler } from '#dist/axon/state/scheduler.js'

/** A caller that asks again as soon as one of its requests has ended. */
export type Caller = {
  readonly name: string
  readonly weight: number
  /** how many requests it keeps waiting or at work */
  readonly inFlight: number
  /** how long the next request holds its place */
  readonly ms: () => number
  /** when it begins to ask; 0 by default */
  readonly fromMs?: number
}

type Begun = { readonly caller: string; readonly asked: number; readonly at: number }

/** Runs a scheduler on a clock that goes from one event to the next, and tells what began, and how long each caller held places. */
export async function simulate(options: {
  readonly places: number
  readonly queue: number
  readonly callers: readonly Caller[]
  readonly untilMs: number
}): Promise<{ readonly begun: readonly Begun[]; readonly held: ReadonlyMap<string, number> }> {
  let now = 0
  const events: { readonly at: number; readonly happen: () => void }[] = []
  const begun: Begun[] = []
  const held = new Map(options.callers.map(({ name }) => [name, 0]))
  const scheduler = new Scheduler({ concurrency: options.places, queue: options.queue, elapsed: () => now })
  const { signal } = new AbortController()

  const later = (at: number, happen: () => void) => {
    const index = events.findIndex(event => event.at > at)
    events.splice(index === -1 ? events.length : index, 0, { at, happen })
  }
  async function ask(caller: Caller): Promise<void> {
    const asked = now
    const place = await scheduler.place(signal, { caller: caller.name, weight: caller.weight })
    begun.push({ caller: caller.name, asked, at: now })
    const startedAt = now
    later(now + caller.ms(), () => {
      held.set(caller.name, held.get(caller.name)! + now - startedAt)
      place[Symbol.dispose]()
      ask(caller)
    })
  }

  for (const caller of options.callers)
    later(caller.fromMs ?? 0, () => {
      for (let at = 0; at < caller.inFlight; at++) ask(caller)
    })
  while (events.length > 0 && events[0]!.at <= options.untilMs) {
    const { at, happen } = events.shift()!
    now = at
    happen()
    await new Promise(setImmediate)
  }
  return { begun, held }
}
