/** An attack cannot be made: the message says why, in the column of what was found. */
export class NotTried extends Error {
  override readonly name: string = 'NotTried'
}

/** The axon does not accept a connection. */
export class NotAccepted extends NotTried {
  override readonly name = 'NotAccepted'
}

/**
 * Throws if a connection failed because this process, or this machine, has none left: that tells nothing of the axon.
 *
 * @throws {NotTried}
 */
export function throwIfNoneLeft(error: unknown): void {
  const { code = '' } = error as NodeJS.ErrnoException
  if (!NONE_LEFT.has(code)) return
  throw new NotTried(`this process may open no more connections (${code})`, { cause: error })
}

const NONE_LEFT: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EADDRINUSE', 'ENOBUFS', 'ENOMEM'])
