import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'
import { CallLog, namesOf } from './call-log.ts'
import { type RpcClient, RpcError, type RpcMethods } from './json-rpc.ts'
import type { UpgradeRefusal } from './refuse-upgrade.ts'
import { startUpgradeServer, type UpgradeServer } from './upgrade-server.ts'

/** What is wrong with a node, changed at any time. */
export type RpcFaults = {
  /** answered to a request for a WebSocket instead of accepting it */
  upgrade: UpgradeRefusal | undefined
  /** the error that answers a method, or a function of the runtime; undefined: it is answered as it should */
  refuse: ((name: string) => RpcError | undefined) | undefined
  /** reads, and never answers again: neither calls nor pings, and subscriptions are still */
  isStalled: boolean
}

/** A JSON-RPC server of loopback, by WebSocket and by HTTP. */
export type RpcServer = UpgradeServer & {
  readonly faults: RpcFaults
  /** calls that came, answered or not */
  readonly calls: CallLog
}

/** Starts a server of the methods, which may change while it runs. */
export async function startRpcServer(methods: () => RpcMethods, port = 0): Promise<RpcServer> {
  const faults: RpcFaults = { upgrade: undefined, refuse: undefined, isStalled: false }
  const calls = new CallLog()
  const answer = (text: string, client: RpcClient) => {
    const call = JSON.parse(text)
    calls.note(namesOf(call))
    return faults.isStalled ? undefined : JSON.stringify(answerTo(call, client, methods(), faults))
  }

  const server = await startUpgradeServer({
    port,
    onRequest: (request, response) => answerHttp(request, response, answer),
    onWebSocket: webSocket => serve(webSocket, answer, faults),
    refusal: () => faults.upgrade,
  })
  return { ...server, faults, calls }
}

type Call = { readonly id: unknown; readonly method: string; readonly params?: readonly unknown[] }

type Answer = (text: string, client: RpcClient) => string | undefined

function serve(webSocket: WebSocket, answer: Answer, faults: RpcFaults): void {
  const subscriptions = new Map<string, () => void>()
  const send = (message: object) => {
    if (webSocket.readyState === webSocket.OPEN && !faults.isStalled) webSocket.send(JSON.stringify(message))
  }
  const client: RpcClient = {
    subscribe(method, open) {
      const id = `subscription-${nextId++}`
      subscriptions.set(id, () => {})
      // The answer with the id goes first.
      setImmediate(() => {
        if (!subscriptions.has(id)) return
        const notify = (result: unknown) => {
          if (subscriptions.has(id)) send({ jsonrpc: '2.0', method, params: { subscription: id, result } })
        }
        subscriptions.set(id, open(notify))
      })
      return id
    },
    unsubscribe(id) {
      subscriptions.get(id)?.()
      return subscriptions.delete(id)
    },
  }
  webSocket.on('message', data => {
    const text = answer(data.toString(), client)
    if (text !== undefined) webSocket.send(text)
  })
  webSocket.on('ping', data => !faults.isStalled && webSocket.pong(data))
  webSocket.on('error', () => {}) // the 'close' event that follows is handled
  webSocket.on('close', () => {
    for (const id of subscriptions.keys()) client.unsubscribe(id)
  })
}

let nextId = 1

async function answerHttp(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  if (request.method !== 'POST') return void response.writeHead(405).end()
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = answer(Buffer.concat(chunks).toString(), withoutSubscriptions)
  if (text !== undefined) response.writeHead(200, { 'content-type': 'application/json' }).end(text)
}

const withoutSubscriptions: RpcClient = {
  subscribe() {
    throw new RpcError(-32601, 'Method not found')
  },
  unsubscribe: () => false,
}

function answerTo(call: Call, client: RpcClient, methods: RpcMethods, faults: RpcFaults): object {
  const { id, method, params = [] } = call
  try {
    for (const name of namesOf(call)) {
      const refusal = faults.refuse?.(name)
      if (refusal) throw refusal
    }
    if (!methods[method]) throw new RpcError(-32601, 'Method not found')
    return { jsonrpc: '2.0', id, result: methods[method](params, client) ?? null }
  } catch (error) {
    const { code, message, data } = error instanceof RpcError ? error : new RpcError(-32603, String(error))
    return { jsonrpc: '2.0', id, error: { code, message, data } }
  }
}
