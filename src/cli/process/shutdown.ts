import { expectEnd } from './unexpected-exit.js'

/**
 * Resolves with the first SIGINT or SIGTERM; the second ends the program at once, as a shell expects it. Before this
 * is called, the first already does.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    let stopping = false
    const stop = (signal: NodeJS.Signals, code: number) => {
      if (stopping) {
        expectEnd()
        process.exit(code)
      }
      stopping = true
      resolve(signal)
    }
    process.on('SIGINT', () => stop('SIGINT', 130))
    process.on('SIGTERM', () => stop('SIGTERM', 143))
  })
}
