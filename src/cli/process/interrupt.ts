import { linkedController } from '../../async/abortable.js'
import { signalExitCodes } from './shutdown.js'

/** The first signal that asks the program to end. */
export type Interrupt = Disposable & {
  /** aborts at that signal */
  readonly signal: AbortSignal
  /** the exit code that a shell expects after that signal; null before it */
  exitCode(): number | null
}

/**
 * Listens for SIGINT and SIGTERM until it is disposed, so that the first one does not end the program, which still has to
 * print what it knows. A second one ends it.
 *
 * @param parent also aborts the signal
 */
export function listenForInterrupt(parent: AbortSignal): Interrupt {
  const controller = linkedController(parent)
  let code: number | null = null
  const interrupt = (name: 'SIGINT' | 'SIGTERM') => {
    code = signalExitCodes[name]
    stopListening()
    controller.abort()
  }
  const stopListening = () => process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  return {
    signal: controller.signal,
    exitCode: () => code,
    [Symbol.dispose]() {
      stopListening()
      controller[Symbol.dispose]()
    },
  }
}
