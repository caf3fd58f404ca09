import { isatty } from 'node:tty'

/** The SIGHUPs of a process without a terminal, which ask it to read its configuration again. */
export type Hangups = {
  /** Calls back at each SIGHUP from now on, and at once when there was one before. */
  listen(onHangup: () => void): void
}

/**
 * Listens for SIGHUP from now on, so that it does not end the process.
 *
 * @returns null when standard input or standard error is a terminal: SIGHUP means that it closes, and ends the process
 */
export function listenForHangups(): Hangups | null {
  if (isatty(0) || isatty(2)) return null
  let listener: (() => void) | undefined
  let hasMissed = false
  process.on('SIGHUP', () => {
    if (listener) listener()
    else hasMissed = true
  })
  return {
    listen(onHangup) {
      listener = onHangup
      if (hasMissed) onHangup()
      hasMissed = false
    },
  }
}
