import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { CallLog, namesOf } from './call-log.ts'
import type { UpgradeRefusal } from './refuse-upgrade.ts'
import { type ConnectionCounts, startUpgradeServer } from './upgrade-server.ts'

/** A proxy between a client and a node, with the faults that a network has. */
export type ChainProxy = AsyncDisposable & {
  /** `ws://127.0.0.1:…` */
  readonly url: string
  /** calls that came through */
  readonly calls: CallLog
  readonly connections: ConnectionCounts
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
  const doomed = new Map<string, () => void>()
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

  const server = await startUpgradeServer({
    onRequest: (_, response) => void response.writeHead(404).end(),
    onWebSocket: join,
    isRefusing: () => proxy.isRefusing,
    refusal: () => proxy.upgradeRefusal,
  })
  const proxy: ChainProxy = {
    url: `ws://127.0.0.1:${server.port}`,
    calls,
    connections: server.connections,
    isRefusing: false,
    upgradeRefusal: undefined,
    delayMs: 0,
    stall: () => gate.close(),
    resume: () => gate.open(),
    drop: server.drop,
    dropDuring(name) {
      const { promise, resolve } = Promise.withResolvers<void>()
      doomed.set(name, () => {
        doomed.delete(name)
        resolve()
      })
      return promise
    },
    async [Symbol.asyncDispose]() {
      const closed = server[Symbol.asyncDispose]()
      gate.open()
      await closed
    },
  }
  return proxy
}

/** While it is closed, `opened` waits. */
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
