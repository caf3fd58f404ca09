import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket, WebSocketServer } from 'ws'
import { CallLog, namesOf } from './call-log.ts'
import { refuseUpgrade, type UpgradeRefusal } from './refuse-upgrade.ts'

/** A proxy between a client and a node, with the faults that a network has. */
export type ChainProxy = AsyncDisposable & {
  /** `ws://127.0.0.1:…` */
  readonly url: string
  /** calls that came through */
  readonly calls: CallLog
  /** WebSockets accepted so far, upgrades refused so far, and WebSockets that are open */
  readonly connections: { readonly accepted: number; readonly refused: number; readonly open: number }
  /** closes every connection that comes, before a byte */
  isRefusing: boolean
  /** answered to upgrades, as a rate limiter does */
  upgradeRefusal: UpgradeRefusal | undefined
  /** of each message, both ways */
  delayMs: number
  /** holds every message back, pongs too, and closes nothing */
  stall(): void
  /** lets through what was held back */
  resume(): void
  /** closes all connections, without a word */
  drop(): void
  /**
   * Closes the connection of the next call, which the node gets, instead of the answer.
   *
   * @param name of a method, or of a function of the runtime
   * @returns resolves when that has happened
   */
  dropDuring(name: string): Promise<void>
}

/** Starts a proxy on a free port of loopback. */
export async function startChainProxy(upstreamUrl: string): Promise<ChainProxy> {
  const calls = new CallLog()
  const gate = new Gate()
  const sockets = new Set<Socket>()
  const doomed = new Map<string, () => void>()
  const counts = { accepted: 0, refused: 0 }
  const server = createServer((_, response) => void response.writeHead(404).end())
  const upgrades = new WebSocketServer({ noServer: true, autoPong: false })

  server.on('connection', socket => {
    if (proxy.isRefusing) return void socket.destroy()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (request, socket, head) => {
    if (proxy.upgradeRefusal) {
      counts.refused++
      return refuseUpgrade(socket, proxy.upgradeRefusal)
    }
    counts.accepted++
    upgrades.handleUpgrade(request, socket, head, join)
  })

  const join = (client: WebSocket) => {
    const upstream = new WebSocket(upstreamUrl)
    const opened = new Promise(resolve => upstream.once('open', resolve))
    const up = new Line(gate, proxy, async text => {
      await opened
      await new Promise(resolve => upstream.send(text, resolve))
    })
    const down = new Line(gate, proxy, async text => client.send(text))
    client.on('message', data => {
      const names = namesOf(JSON.parse(data.toString()))
      calls.note(names)
      up.push(data.toString())
      const name = names.find(name => doomed.has(name))
      if (name === undefined) return
      down.cut()
      up.emptied().then(() => client.terminate())
      client.once('close', () => doomed.get(name)?.())
    })
    upstream.on('message', data => down.push(data.toString()))
    upstream.on('ping', data => void gate.opened().then(() => client.readyState === client.OPEN && client.ping(data)))
    client.on('ping', data => void gate.opened().then(() => client.readyState === client.OPEN && client.pong(data)))
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => {}) // the 'close' event that follows is handled
      one.once('close', () => other.terminate())
    }
  }

  const proxy: ChainProxy = {
    get url() {
      return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
    calls,
    connections: {
      get accepted() {
        return counts.accepted
      },
      get refused() {
        return counts.refused
      },
      get open() {
        return upgrades.clients.size
      },
    },
    isRefusing: false,
    upgradeRefusal: undefined,
    delayMs: 0,
    stall: () => gate.close(),
    resume: () => gate.open(),
    drop() {
      for (const socket of sockets) socket.destroy()
    },
    dropDuring(name) {
      const { promise, resolve } = Promise.withResolvers<void>()
      doomed.set(name, () => {
        doomed.delete(name)
        resolve()
      })
      return promise
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise(resolve => server.close(resolve))
      proxy.drop()
      gate.open()
      await closed
    },
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return proxy
}

/** Holds back who waits for it while it is closed. */
class Gate {
  #closed: PromiseWithResolvers<void> | undefined

  close(): void {
    this.#closed ??= Promise.withResolvers()
  }

  open(): void {
    this.#closed?.resolve()
    this.#closed = undefined
  }

  async opened(): Promise<void> {
    while (this.#closed) await this.#closed.promise
  }
}

/** One direction of a connection: messages in their order, each late by what the proxy says. */
class Line {
  readonly #gate: Gate
  readonly #proxy: Pick<ChainProxy, 'delayMs'>
  readonly #send: (text: string) => Promise<void>
  #last: Promise<void> = Promise.resolve()
  #isCut = false

  constructor(gate: Gate, proxy: Pick<ChainProxy, 'delayMs'>, send: (text: string) => Promise<void>) {
    this.#gate = gate
    this.#proxy = proxy
    this.#send = send
  }

  push(text: string): void {
    this.#last = this.#last.then(async () => {
      if (this.#proxy.delayMs > 0) await sleep(this.#proxy.delayMs)
      await this.#gate.opened()
      if (!this.#isCut) await this.#send(text)
    })
  }

  /** Resolves when everything so far is on its way. */
  emptied(): Promise<void> {
    return this.#last
  }

  /** Delivers nothing any more. */
  cut(): void {
    this.#isCut = true
  }
}
