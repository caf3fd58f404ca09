import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Closes a connection so that its end is not taken for that of a reply, and what was not taken is dropped. */
export function reset(socket: Socket): void {
  // The system cannot reset what is being shut down, and Node then never closes it (EINVAL of libuv's uv_tcp_close_reset).
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}

/**
 * Resets the connection of a reply after so many milliseconds, unless it is disposed before. The time of a reply that
 * has to wait for those before it on its connection begins when they are written.
 */
export function resetAfter(response: ServerResponse, ms: number): Disposable {
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
