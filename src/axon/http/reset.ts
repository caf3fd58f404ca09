import type { Socket } from 'node:net'

/** Closes a connection so that its end is not taken for that of a reply, and what was not taken is dropped. */
export function reset(socket: Socket): void {
  // The system cannot reset what is being shut down, and Node then never closes it (EINVAL of libuv's uv_tcp_close_reset).
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
