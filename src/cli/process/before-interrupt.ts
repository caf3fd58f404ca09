/** The signals that end a program which does not listen for them. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

/**
 * Runs `act` before a signal ends the program, until it is disposed. Then the signal ends it at once, as it ends a program
 * that does not listen: `process.exit` would wait for the threads.
 *
 * @param act returns when it is done: nothing runs after it
 */
export function beforeInterrupt(act: () => void): Disposable {
  const end = (signal: NodeJS.Signals) => {
    stopListening()
    act()
    process.kill(process.pid, signal)
  }
  const stopListening = () => {
    for (const signal of SIGNALS) process.off(signal, end)
  }
  for (const signal of SIGNALS) process.on(signal, end)
  return { [Symbol.dispose]: stopListening }
}
