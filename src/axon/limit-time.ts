import type { ServerResponse } from 'node:http'

/**
 * Closes the connection of a reply after so many milliseconds, unless it is disposed before. The time of a reply that
 * has to wait for those before it on its connection begins when they are written.
 */
export function limitTime(response: ServerResponse, ms: number): Disposable {
  let timer: NodeJS.Timeout | undefined
  const start = () => {
    // Reset: what was not taken is dropped, too, and the end of the connection is not taken for that of the reply.
    timer = setTimeout(() => response.socket?.resetAndDestroy(), ms)
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
