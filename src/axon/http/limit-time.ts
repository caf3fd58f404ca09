import type { ServerResponse } from 'node:http'
import { reset } from './reset.js'

/**
 * Resets the connection of a reply after so many milliseconds, unless it is disposed before. The time of a reply that
 * has to wait for those before it on its connection begins when they are written.
 */
export function limitTime(response: ServerResponse, ms: number): Disposable {
  let timer: NodeJS.Timeout | undefined
  const start = () => {
    timer = setTimeout(() => response.socket && reset(response.socket), ms)
  }
  if (response.socket) start()
  else response.once('socket', start)
  return {
    [Symbol.dispose]() {
      response.off('socket', start)
      clearTimeout(timer)
    },
  }
}
