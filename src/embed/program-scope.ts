import type { RunScope, Scope, Token } from '../app/scope.js'
import { ScopeError } from '../app/scope-error.js'
import { AXON, ENDING, MINER } from '../app/tokens.js'
import { TimeoutError, withTimeout } from '../async/timeout.js'
import type { Miner } from '../plugin/miner.js'
import { type ProgramTexts, programError } from './program-errors.js'
import { programMiner } from './program-miner.js'

/** How long closing may take. */
const CLOSE_MS = 5_000

type ProgramScope = {
  readonly texts: ProgramTexts
  /** the services that the program replaces, which it gets as they are */
  readonly provided: ReadonlySet<symbol>
  /** called when the axon has opened */
  readonly onAxon: () => void
}

/** Returns a scope as its program gets it: its errors speak of `settings`, and closing waits for what is being built. */
export function programScope(scope: RunScope, { texts, provided, onAxon }: ProgramScope): Scope {
  const ending = scope.resolve(ENDING)
  const explained = (error: unknown) => {
    throw programError(error, texts)
  }
  const resolved = new Map<symbol, Promise<unknown>>()
  const resolve = <T>(token: Token<T>): T => {
    const service = scope.resolve(token)
    if (!(service instanceof Promise)) return service
    let promise = resolved.get(token)
    if (!promise) {
      promise = (provided.has(token) ? service : service.then(built)).catch(explained)
      resolved.set(token, promise)
    }
    return promise as T

    function built(value: unknown): unknown {
      if (token === AXON) onAxon()
      return token === MINER ? programMiner(value as Miner, texts, ending) : value
    }
  }
  const closeAll = async () => {
    const closing = scope.close()
    await Promise.allSettled([closing, ...resolved.values()])
    await scope.close() // what was built meanwhile
    await closing
  }
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= withTimeout(closeAll(), CLOSE_MS).catch((error: unknown) => {
      if (!(error instanceof TimeoutError)) return explained(error)
      const hint = "find out what the miner's create, ready or close waits for"
      throw new ScopeError('CLOSE_TIMEOUT', `closing took longer than ${CLOSE_MS / 1000} s`, { hint })
    })
    return closing
  }
  return { resolve, close, [Symbol.asyncDispose]: close }
}
