import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Resets a connection: what is unread is dropped, and the caller cannot take the end for the end of a reply. */
export function reset(socket: Socket): void {
  // The system cannot reset a socket that is shutting down, and Node then never closes it (EINVAL of libuv's uv_tcp_close_reset).
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}

/**
 * Resets the connection of a reply after `ms` milliseconds, unless it is disposed before. For a reply behind others on
 * its connection the time begins when those are written.
 */
export function resetAfter(response: ServerResponse, ms: number): Disposable {
  let timer: NodeJS.Timeout | undefined
  const start = () => {
    // Not `timeoutSignal`: the socket is all that there is to abort.
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
