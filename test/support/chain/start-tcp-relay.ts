import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A relay of bytes before a node, whose connections can become half-open. */
export type TcpRelay = AsyncDisposable & {
  /** `ws://127.0.0.1:…` */
  readonly url: string
  /** connections accepted so far */
  readonly accepted: number
  /**
   * Reads and sends nothing any more, and closes nothing: as after a firewall has forgotten the connections. New ones are
   * accepted, and stay as silent.
   */
  freeze(): void
  /** Lets new connections through. Those that were frozen stay so. */
  thaw(): void
}

/** Starts a relay on a free port of loopback. */
export async function startTcpRelay(upstreamUrl: string): Promise<TcpRelay> {
  const port = Number(new URL(upstreamUrl).port)
  const pairs = new Set<readonly [Socket, Socket]>()
  const silent = new Set<Socket>()
  let isFrozen = false
  let accepted = 0
  const server = createServer({ pauseOnConnect: true }, client => {
    accepted++
    client.on('error', () => {}) // the 'close' event that follows is handled
    if (isFrozen) return silence(client)
    const upstream = connect(port, '127.0.0.1')
    upstream.on('error', () => {})
    const pair = [client, upstream] as const
    pairs.add(pair)
    client.pipe(upstream).pipe(client)
    for (const [one, other] of [pair, pair.toReversed()] as const)
      one!.once('close', () => {
        pairs.delete(pair)
        if (!silent.has(one!)) other!.destroy()
      })
  })
  const silence = (socket: Socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get accepted() {
      return accepted
    },
    freeze() {
      isFrozen = true
      for (const [client, upstream] of pairs) {
        for (const socket of [client, upstream]) socket.unpipe().pause()
        silence(client)
        silence(upstream)
      }
    },
    thaw() {
      isFrozen = false
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise(resolve => server.close(resolve))
      for (const socket of [...silent, ...[...pairs].flat()]) socket.destroy()
      await closed
    },
  }
}
