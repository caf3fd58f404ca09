import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { refuseUpgrade, type UpgradeRefusal } from './refuse-upgrade.ts'

/** WebSockets accepted so far, upgrades refused so far, and WebSockets that are open. */
export type ConnectionCounts = { readonly accepted: number; readonly refused: number; readonly open: number }

/** A server of loopback whose WebSockets are counted, and answer no ping by themselves. */
export type UpgradeServer = AsyncDisposable & {
  readonly port: number
  readonly connections: ConnectionCounts
  /** closes all connections without a word */
  drop(): void
}

type UpgradeServerOptions = {
  readonly port?: number | undefined
  /** answers what is no upgrade */
  readonly onRequest: RequestListener
  readonly onWebSocket: (socket: WebSocket) => void
  /** closes every connection that comes, before a byte */
  readonly isRefusing?: () => boolean
  /** answered to upgrades instead of accepting them */
  readonly refusal: () => UpgradeRefusal | undefined
}

/** Starts a server; without a port on a free one. */
export async function startUpgradeServer(options: UpgradeServerOptions): Promise<UpgradeServer> {
  const sockets = new Set<Socket>()
  const upgrades = new WebSocketServer({ noServer: true, autoPong: false })
  let accepted = 0
  let refused = 0
  const server = createServer(options.onRequest)
  server.on('connection', socket => {
    if (options.isRefusing?.()) return void socket.destroy()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (request, socket, head) => {
    const refusal = options.refusal()
    if (refusal) {
      refused++
      return refuseUpgrade(socket, refusal)
    }
    accepted++
    upgrades.handleUpgrade(request, socket, head, options.onWebSocket)
  })
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    connections: {
      get accepted() {
        return accepted
      },
      get refused() {
        return refused
      },
      get open() {
        return upgrades.clients.size
      },
    },
    drop,
    async [Symbol.asyncDispose]() {
      const closed = new Promise(resolve => server.close(resolve))
      drop()
      await closed
    },
  }
}
