import type { axonCodes } from './axon-codes.js'

/** Why the axon cannot be opened. Codes are API. */
export type AxonErrorCode = keyof typeof axonCodes

export class AxonError extends Error {
  override readonly name = 'AxonError'
  readonly code: AxonErrorCode
  readonly hint: string | undefined

  constructor(code: AxonErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }
}

/** What is wrong with opening a port, by the system's own code. */
export function listenError(cause: unknown, host: string, port: number): AxonError {
  const at = `${host}:${port}`
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new AxonError('PORT_IN_USE', `port ${port} is in use`, {
        hint: 'stop the program that has it, or choose another with --axon-port (0 picks a free one)',
        cause,
      })
    case 'EACCES':
      return new AxonError('PORT_NOT_ALLOWED', `this user may not open port ${port}`, {
        hint: 'choose a port above 1023 with --axon-port',
        cause,
      })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new AxonError('ADDRESS_NOT_AVAILABLE', `this machine has no address ${host}`, {
        hint: 'give an address of this machine with --axon-host',
        cause,
      })
    default:
      return new AxonError('AXON_FAILED', `cannot listen on ${at}: ${(cause as Error).message}`, { cause })
  }
}
