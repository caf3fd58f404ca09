import { setTimeout as sleep } from 'node:timers/promises'

/** What this process does beside what it is told to. */
export type ProcessWatch = Disposable & {
  /** what was printed, and the warnings of Node */
  readonly printed: readonly string[]
  /** Resolves when nothing keeps the process alive that did not when the watch began. @throws when that takes too long */
  idle(): Promise<void>
}

/** Generous: a slow machine needs a while to close what is closed. */
const IDLE_MS = 60_000

/** Takes note of what is printed, and of what would keep the process from ending. */
export function watchProcess(): ProcessWatch {
  const before = counted()
  const printed: string[] = []
  const streams = [process.stdout, process.stderr] as const
  const writes = streams.map(stream => stream.write)
  for (const stream of streams)
    stream.write = ((text: unknown) => printed.push(String(text)) > 0) as typeof stream.write
  const onWarning = (warning: Error) => void printed.push(String(warning.stack))
  process.on('warning', onWarning)
  return {
    printed,
    async idle() {
      const more = () => [...counted()].filter(([name, count]) => count > (before.get(name) ?? 0))
      for (const end = performance.now() + IDLE_MS; more().length > 0; await sleep(20))
        if (performance.now() > end) throw new Error(`the process would not end: ${more().join(' and ')}`)
    },
    [Symbol.dispose]() {
      streams.forEach((stream, at) => void Object.assign(stream, { write: writes[at] }))
      process.off('warning', onWarning)
    },
  }
}

/** What keeps this process alive, by kind. */
function counted(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of process.getActiveResourcesInfo())
    if (/^(TCP|Timeout|Message|Worker)/.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
